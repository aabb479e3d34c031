import { secureBits } from '../core/random.js';
import { hasIdbLedger, openIdbLedgerStore } from '../storage/ledger-idb.js';
import { createRoundClient, type RoundClientParts } from './round-client.js';
import type { Rounds } from './rounds.js';
import { createTransport } from './transport.js';

/**
 * The lazy chunk `rounds.js`, loaded in idle time after the first consent where there is an endpoint: task list, published
 * model, floor, ledger, outbox. It joins the platform's parts; bits come from the platform's generator and from nowhere else.
 */
export type RoundsContextParts = Omit<RoundClientParts, 'transport' | 'openLedger' | 'hasLedger' | 'bits' | 'loadReporter'> & {
  /** Does this client store anything? */
  readonly isDurable: boolean;
  /** Of the chunk `participation.js`. */
  readonly participationUrl: string;
};

export function createRounds({ participationUrl, isDurable, ...parts }: RoundsContextParts): Rounds {
  return createRoundClient({
    ...parts,
    transport: createTransport(parts.endpoint, (url, init) => fetch(url, init)),
    openLedger: () => openIdbLedgerStore(parts.clock.now()),
    hasLedger: async () => isDurable && hasIdbLedger(),
    bits: secureBits((bytes) => crypto.getRandomValues(bytes)),
    async loadReporter() {
      const chunk = (await import(/* @vite-ignore */ participationUrl)) as typeof import('./participation-entry.js');
      return chunk.createReporter();
    },
  });
}
