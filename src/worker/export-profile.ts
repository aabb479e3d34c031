import type { Item } from '../core/item.js';
import type { LogRecord } from '../core/profile/records.js';
import { snapshotOf, type ProfileState } from '../core/profile/state.js';
import type { SharedModel } from './model-holder.js';

/** Raised with every change that a reader of the export could stumble over. */
export const EXPORT_VERSION = 1;

export interface ExportContent {
  readonly site: string;
  readonly atMs: number;
  readonly state: ProfileState;
  readonly records: readonly LogRecord[];
  readonly lists: readonly (readonly [string, readonly Item[]])[];
  readonly model: SharedModel | null;
  /** The ledger of this origin; null where rounds are not in use. */
  readonly ledger: unknown;
}

/** Everything stored, as JSON that a person can read: typed arrays become lists of numbers. */
export function exportText({ site, atMs, state, records, lists, model, ledger }: ExportContent): string {
  const { tally, ...params } = snapshotOf(state);
  const content = {
    format: 'homebody-profile',
    version: EXPORT_VERSION,
    site,
    exportedAt: new Date(atMs).toISOString(),
    events: records.flatMap((record) => record.events.map(({ queued, examples }) => ({ ...queued, learned: examples }))),
    parameters: params,
    counts: tally,
    lists: Object.fromEntries(lists),
    sharedModel: model,
    ledger,
  };
  return JSON.stringify(content, (_key, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value), 1);
}
