import { SdkError, toSdkError } from '../core/errors.js';
import type { LedgerStore, OutboxEntry, SentEntry } from '../storage/ledger-store.js';
import type { Transport } from './transport.js';

/**
 * Sends what the ledger has reserved, with the same bytes at every try, until the endpoint has committed it, refuses it,
 * or its round is over. The spend stays in any case.
 */
export interface Outbox {
  /** Sends what is due. @returns ms until there is something to do again, null for nothing */
  send(): Promise<number | null>;
  /** Consent was taken back: what waits is deleted unsent. */
  withdraw(): Promise<void>;
}

export interface OutboxParts {
  readonly ledger: LedgerStore;
  readonly endpoint: string;
  readonly transport: Pick<Transport, 'postReport'>;
  /** Epoch ms, by the endpoint's clock where it is known. */
  readonly now: () => number;
  readonly isAllowed: () => boolean;
}

const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 300_000;
/** These may pass; any other code is a refusal. */
const passing = new Set(['network', 'too-busy', 'internal', 'aborted']);

export function createOutbox({ ledger, endpoint, transport, now, isAllowed }: OutboxParts): Outbox {
  const retries = new Map<string, { readonly tries: number; readonly nextMs: number }>();
  let running: Promise<unknown> = Promise.resolve();

  const dueMs = (entry: OutboxEntry): number => Math.max(entry.sendAtMs, retries.get(entry.reportId)?.nextMs ?? 0);

  async function finish(reportId: string, outcome: SentEntry['outcome']): Promise<void> {
    retries.delete(reportId);
    await ledger.transact((state) => {
      const line = state.sent.find((entry) => entry.reportId === reportId);
      return {
        removeOutbox: reportId,
        ...(line === undefined ? {} : { putSent: { ...line, ...(outcome === 'sent' ? { atMs: now() } : {}), outcome } }),
      };
    });
  }

  async function attempt(entry: OutboxEntry): Promise<void> {
    if (now() >= entry.expiresAtMs) return finish(entry.reportId, 'expired');
    if (now() < dueMs(entry)) return;
    try {
      await transport.postReport(entry.body);
    } catch (thrown) {
      const { code } = toSdkError(thrown, 'network');
      if (!passing.has(code)) return finish(entry.reportId, code === 'round-closed' || code === 'wrong-round' ? 'expired' : 'refused');
      const tries = (retries.get(entry.reportId)?.tries ?? 0) + 1;
      retries.set(entry.reportId, { tries, nextMs: now() + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (tries - 1)) });
      return;
    }
    await finish(entry.reportId, 'sent');
  }

  const own = async (): Promise<readonly OutboxEntry[]> => (await ledger.read()).outbox.filter((entry) => entry.endpoint === endpoint);

  /** One at a time: two sends of one report would be harmless, but they would be two requests. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = running.then(work);
    running = turn.catch(() => {});
    return turn;
  };

  return {
    send: () =>
      inTurn(async () => {
        for (const entry of await own()) {
          if (!isAllowed()) return null;
          await attempt(entry);
        }
        const waiting = await own();
        if (waiting.length === 0 || !isAllowed()) return null;
        return Math.max(0, Math.min(...waiting.map((entry) => Math.min(dueMs(entry), entry.expiresAtMs))) - now());
      }),
    withdraw: () =>
      inTurn(async () => {
        if (isAllowed()) throw new SdkError('invalid-state', 'only a device that no longer contributes withdraws its reports');
        for (const { reportId } of await own()) await finish(reportId, 'expired');
      }),
  };
}
