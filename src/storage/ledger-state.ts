import { SdkError } from '../core/errors.js';
import type { LedgerChange, LedgerState } from './ledger-store.js';

/**
 * What a ledger holds after a change; the IndexedDB store writes the difference, this is the rule for both.
 * Throws `invalid-state` for a report that is there already: it is spent once, and its bytes never change.
 */
export function applyLedgerChange(state: LedgerState, change: LedgerChange): LedgerState {
  refuseTwice(state.entries, change.addEntry);
  refuseTwice(state.outbox, change.addOutbox);
  const outbox = state.outbox.filter((entry) => entry.reportId !== change.removeOutbox);
  const sent =
    change.putSent === undefined
      ? state.sent
      : [...state.sent.filter((entry) => entry.reportId !== change.putSent!.reportId), change.putSent];
  return sortLedger({
    entries: change.addEntry === undefined ? state.entries : [...state.entries, change.addEntry],
    outbox: change.addOutbox === undefined ? outbox : [...outbox, change.addOutbox],
    sent,
    createdAtMs: state.createdAtMs,
    highWaterMs: Math.max(state.highWaterMs, change.highWaterMs ?? 0),
  });
}

/** Oldest first, so that two implementations answer alike. */
export function sortLedger(state: LedgerState): LedgerState {
  return {
    ...state,
    entries: state.entries.toSorted((a, b) => a.atMs - b.atMs),
    outbox: state.outbox.toSorted((a, b) => a.sendAtMs - b.sendAtMs),
    sent: state.sent.toSorted((a, b) => a.atMs - b.atMs),
  };
}

function refuseTwice(held: readonly { readonly reportId: string }[], added: { readonly reportId: string } | undefined): void {
  if (added !== undefined && held.some((entry) => entry.reportId === added.reportId))
    throw new SdkError(
      'invalid-state',
      `report ${added.reportId} is in the ledger already; a report is spent once and its bytes never change`,
    );
}
