import type { LogRecord, Snapshot } from '../core/profile/records.js';
import type { ProfileStore } from './profile-store.js';

/** How long and how much the log remembers. What older events taught stays in the parameters, the events do not. */
export interface Retention {
  readonly ttlMs: number;
  /** Cap on log records (each up to ~100 events). */
  readonly maxRecords: number;
}

export const DEFAULT_RETENTION: Retention = { ttlMs: 90 * 86_400_000, maxRecords: 5_000 };

/**
 * The last position to prune, 0 for nothing: a prefix of the log that is too old or too much. Stops at the first record
 * that may stay, so a clock that ran ahead once keeps records longer, never loses the wrong ones.
 *
 * @param records        oldest first
 * @param foldedPosition position of the stored snapshot; what is not yet folded into it is never pruned
 */
export function pruneThrough(
  records: readonly Pick<LogRecord, 'position' | 'atMs'>[],
  foldedPosition: number,
  nowMs: number,
  retention: Retention,
): number {
  const surplus = records.length - retention.maxRecords;
  let through = 0;
  for (const [index, record] of records.entries()) {
    const isExpired = record.atMs < nowMs - retention.ttlMs;
    if (!(isExpired || index < surplus) || record.position > foldedPosition) break;
    through = record.position;
  }
  return through;
}

/**
 * Prunes what retention no longer allows. Once per start is enough, in idle time.
 * @param fold  base (null: empty) and the records to go, oldest first → the base they leave behind
 * @returns     records pruned
 */
export async function pruneLog(
  store: Pick<ProfileStore, 'readLog' | 'readBase' | 'prune'>,
  foldedPosition: number,
  nowMs: number,
  fold: (base: Snapshot | null, records: readonly LogRecord[]) => Snapshot,
  retention: Retention = DEFAULT_RETENTION,
): Promise<number> {
  const records = await store.readLog(0);
  const through = pruneThrough(records, foldedPosition, nowMs, retention);
  if (through === 0) return 0;
  const gone = records.filter((record) => record.position <= through);
  await store.prune(through, fold(await store.readBase(), gone));
  return gone.length;
}
