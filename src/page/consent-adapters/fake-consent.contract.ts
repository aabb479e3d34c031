import type { SdkError } from '../../core/errors.js';
import type { Consent } from '../../worker/api/worker-api.js';
import type { ClientStatus } from '../client-types.js';
import { decideConsent } from '../consent.js';
import { memoryStorage } from '../memory-storage.contract.js';
import type { ConsentClient } from './consent-bridge.js';

/** A client that only keeps the two consents, by the rules of the real one, and notes what it was asked. */
export function fakeClient(first: Partial<Consent> = {}) {
  let consent: Consent = { personalise: false, contribute: false, ...first };
  const listeners = new Set<(status: ClientStatus) => void>();
  const asked: (Partial<Consent> | 'erase')[] = [];
  let endErase: ((failure?: Error) => void) | undefined;
  const status = () => ({ phase: 'idle', consent }) as ClientStatus;
  const set = (next: Consent): void => {
    if (next.personalise === consent.personalise && next.contribute === consent.contribute) return;
    consent = next;
    for (const listener of listeners) listener(status());
  };
  const client: ConsentClient = {
    site: 'shop',
    status,
    onStatus(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async consent(change) {
      asked.push(change);
      set(decideConsent(consent, change, true));
    },
    profile: {
      erase() {
        asked.push('erase');
        set({ personalise: false, contribute: false });
        return new Promise((resolve, reject) => {
          endErase = (failure) => (failure ? reject(failure) : resolve());
        });
      },
    },
  };
  return {
    client,
    asked,
    consent: () => consent,
    /** The shopper uses a control of the shop's own. */
    own: (change: Partial<Consent>) => set(decideConsent(consent, change, true)),
    async erased(failure?: Error) {
      await settled();
      endErase!(failure);
      await settled();
    },
  };
}

/** A window with a clock of its own. */
export function fakeHost() {
  let nowMs = 0;
  let count = 0;
  const timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  const errors: SdkError[] = [];
  const host = {
    navigator: {} as { globalPrivacyControl?: boolean; doNotTrack?: string | null },
    localStorage: memoryStorage(),
    document: new EventTarget(),
    setTimeout(run: () => void, ms: number): number {
      timers.set(++count, { atMs: nowMs + ms, run });
      return count;
    },
    clearTimeout: (timer: number) => void timers.delete(timer),
  };
  return {
    host,
    errors,
    onError: (error: SdkError) => void errors.push(error),
    timers,
    async pass(ms: number) {
      const endMs = nowMs + ms;
      for (;;) {
        const next = [...timers].filter(([, { atMs }]) => atMs <= endMs).sort(([, a], [, b]) => a.atMs - b.atMs)[0];
        if (!next) break;
        timers.delete(next[0]);
        nowMs = next[1].atMs;
        next[1].run();
        await settled();
      }
      nowMs = endMs;
      await settled();
    },
  };
}

/** Lets promises and microtasks run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

export const no = { personalise: false, contribute: false };
export const both = { personalise: true, contribute: true };
export const first = { personalise: true, contribute: false };
