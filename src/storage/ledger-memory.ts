import { SdkError } from '../core/errors.js';
import { applyLedgerChange } from './ledger-state.js';
import type { LedgerState, LedgerStore } from './ledger-store.js';

/** The ledger of one process: several stores over it are several tabs. */
export interface MemoryLedger {
  state: LedgerState | null;
}

/** @param nowMs  birth of the ledger where `ledger` is new */
export function openMemoryLedgerStore(nowMs: number, ledger: MemoryLedger = { state: null }): LedgerStore {
  let isClosed = false;
  const current = (): LedgerState => {
    if (isClosed) throw new SdkError('closed', 'the memory ledger is closed');
    return (ledger.state ??= { entries: [], outbox: [], sent: [], createdAtMs: nowMs, highWaterMs: nowMs });
  };
  current();
  return {
    read: async () => current(),
    transact: async (decide) => {
      const state = current();
      return (ledger.state = applyLedgerChange(state, decide(state)));
    },
    clearContent: async () => {
      ledger.state = { ...current(), outbox: [], sent: [] };
    },
    close() {
      isClosed = true;
    },
  };
}
