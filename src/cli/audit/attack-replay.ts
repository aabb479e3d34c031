import { SdkError } from '../../core/errors.js';
import { claimedEpsilon, claimOf } from '../../core/privacy/claim.js';
import { gaussianEpsilon } from '../../core/privacy/exact-gaussian.js';
import type { Metrics } from '../../server/metrics.js';
import { createRoundService } from '../../server/round-service.js';
import { openMemoryStore } from '../../server/store/memory-store.js';
import { openMemoryLedgerStore } from '../../storage/ledger-memory.js';
import { policyHash } from '../../wire/canonical.js';
import { sealReport } from '../../wire/hpke.js';
import { payloadBytes } from '../../wire/payload.js';
import type { Policy } from '../../wire/policy.js';
import { takePart } from '../../worker/participant.js';
import { createReporter } from '../../worker/report.js';
import type { Attack } from './attack.js';
import { certain, type Finding } from './finding.js';
import { NOW_MS, silentProfile } from './profiles.js';

const DAY_MS = 86_400_000;
const ENDPOINT = 'https://audit.example';

/** The audit does without the endpoint's optional peer that counts. */
const uncounted: Metrics = {
  accepted() {},
  refused() {},
  committed() {},
  roundEnded() {},
  refusals: () => [],
  text: async () => '',
};

/** A whole device against a whole endpoint, sealed: what it books, and what becomes of its report when it comes again. */
export const attackReplay: Attack = async ({ policy, keys, bits }): Promise<readonly Finding[]> => {
  const store = openMemoryStore();
  const service = await createRoundService({ store, keys, metrics: uncounted, now: () => NOW_MS });
  const task = await service.publish(policy);
  const hash = await policyHash(policy);
  const ledger = openMemoryLedgerStore(NOW_MS - 400 * DAY_MS);
  const { opensAtMs, closesAtMs, round } = task;
  const verdicts = await takePart(
    {
      site: policy.site,
      endpoint: ENDPOINT,
      isLoopbackPage: false,
      ledger,
      bits,
      now: () => NOW_MS,
      events: async () => silentProfile,
      makeReport: createReporter(bits),
      isAllowed: () => true,
    },
    {
      protocol: 1,
      serverTimeMs: NOW_MS,
      tasks: [{ policy, policyHash: hash, round: { round, opensAtMs, closesAtMs, reports: 0 }, modelVersion: 0 }],
    },
  );
  const refusal = verdicts.get(policy.taskId);
  if (refusal !== null && refusal !== undefined) throw new Error(`devices refuse the policy ${policy.taskId}: ${refusal.message}`);
  const { entries, outbox } = await ledger.read();
  const [sent] = outbox;
  const [booked] = entries;
  if (sent === undefined || booked === undefined) throw new Error(`the device did not take part in ${policy.taskId}`);

  const isTaken = async (body: Uint8Array): Promise<boolean> => {
    try {
      await service.submit(body);
      return true;
    } catch (thrown) {
      if (thrown instanceof SdkError) return false;
      throw thrown;
    }
  };
  const { body } = sent;
  if (!(await isTaken(body))) throw new Error(`the endpoint refused an honest report of ${policy.taskId}`);
  await isTaken(body);
  // Under the same id, once more with other bytes; the content does not matter, it must not be looked at.
  const reportId = Uint8Array.from(sent.reportId.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  const isForgeryTaken = await isTaken(await sealReport({ payload: new Uint8Array(payloadBytes(policy)), policy, hash, round, reportId }));
  const counted = (await store.currentRound(policy.taskId))?.tally.reports ?? 0;
  await service.endRound(policy.taskId);
  await isTaken(body);
  const countedLater = (await store.currentRound(policy.taskId))?.tally.reports ?? 0;
  await service.close();

  const kept = claimOf(policy).releasesWithoutEviction;
  return [
    certain('replay', 'times that one report counts in its round', counted, 1),
    certain('replay', 'times that it counts in the next round', countedLater, 0),
    certain('replay', 'other reports taken under its id', isForgeryTaken ? 1 : 0, 0),
    certain('ledger', 'ε claimed, against what the device books', claimOf(policy).epsilon, booked.epsilon),
    certain('claim', 'ε of the mechanism, one report', leastEpsilon(policy, 1), claimedEpsilon(policy, 1)),
    certain('claim', `ε of the mechanism, ${kept} reports`, leastEpsilon(policy, kept), claimOf(policy).epsilonWithoutEviction),
  ];
};

/** What the whole report leaks by arithmetic of its own: no accountant may claim less. */
function leastEpsilon({ block, mechanism, dpDelta }: Policy, releases: number): number {
  if (mechanism.kind === 'gaussian') {
    // The curve of the continuous Gaussian, 2B apart; the discrete one with B ≥ 256 is at most negligibly better.
    return gaussianEpsilon(mechanism.sigmaNumerator / mechanism.sigmaDenominator / 2 / Math.sqrt(releases), dpDelta) * (1 - 1e-3);
  }
  const cells = block.kind === 'taste' ? block.cells.length : 0;
  const keep = mechanism.keepNumerator / mechanism.keepDenominator;
  return releases * Math.log((keep * (cells - mechanism.subsetSize)) / ((1 - keep) * mechanism.subsetSize)) * (1 - 1e-9);
}
