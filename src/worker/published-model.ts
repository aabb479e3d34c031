import { SdkError } from '../core/errors.js';
import { tastePrior } from '../core/federated/taste-prior.js';
import type { SharedModel } from './model-holder.js';

/**
 * Reads what rounds have published, for a device that may never take part: two GETs, byte-identical for everyone. The
 * documents are those of `wire/messages.ts`; here only the few fields that become a prior are checked, by hand, because
 * the schemas would cost more bytes than the rest of this file does.
 */
export interface PublishedModelSource {
  /** Base URL, without a trailing slash. */
  readonly endpoint: string;
  readonly site: string;
  /** GET without credentials and referrer; rejects with `network`. */
  readonly fetchJson: (url: string) => Promise<unknown>;
  /** What is in force already, so that an immutable document is not asked for again. */
  readonly held: SharedModel | null;
}

/** The newest taste model; `held` where that is it, null where nothing usable is published. Errors: `network`. */
export async function fetchPublishedModel({ endpoint, site, fetchJson, held }: PublishedModelSource): Promise<SharedModel | null> {
  const { tasks } = record(await fetchJson(`${endpoint}/v1/tasks/${site}`));
  if (!Array.isArray(tasks)) throw new SdkError('network', `${endpoint} answered no list of tasks; is it a Homebody endpoint?`);
  for (const task of tasks) {
    const { policy, policyHash, modelVersion } = record(task);
    const { taskId, block } = record(policy);
    const { kind, cells } = record(block);
    if (kind !== 'taste' || typeof taskId !== 'string' || typeof modelVersion !== 'number' || modelVersion < 1) continue;
    if (held?.taskId === taskId && held.version === modelVersion) return held;
    const model = modelOf(await fetchJson(`${endpoint}/v1/models/${taskId}/${modelVersion}`), cells, policyHash);
    if (model !== null) return model;
  }
  return null;
}

/** Null where the document was made under another policy, since its numbers belong to other cells then. */
function modelOf(document: unknown, cells: unknown, policyHash: unknown): SharedModel | null {
  const { taskId, version, reports, noiseL2, estimate, policyHash: madeUnder } = record(document);
  if (typeof taskId !== 'string' || typeof version !== 'number' || typeof reports !== 'number' || typeof noiseL2 !== 'number') return null;
  if (madeUnder !== policyHash || !Array.isArray(cells) || !isNumbers(estimate) || estimate.length !== cells.length) return null;
  const named = cells.map((cell) => ({ name: String(record(cell)['name']), share: Number(record(cell)['share']) }));
  const priors = tastePrior(
    estimate,
    named.map(({ share }) => share),
    noiseL2,
  );
  return {
    taskId,
    version,
    reports,
    noiseL2,
    cells: named.map(({ name, share }, cell) => ({ name, share, estimate: estimate[cell]!, prior: priors[cell]! })),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => Number.isFinite(each));
}
