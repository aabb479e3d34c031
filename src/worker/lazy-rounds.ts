import type { RoundStatus } from './api/worker-api.js';
import type { Clock } from './clock.js';
import type { RoundsContext } from './parts.js';
import { noRounds, type Rounds } from './rounds.js';
import type { RoundsContextParts } from './rounds-entry.js';

/** The chunk `rounds.js` as this side of the border knows it. */
export interface RoundsChunk {
  readonly createRounds: (parts: RoundsContextParts) => Rounds;
}

/**
 * Rounds that cost a visit nothing until the first consent: the chunk is loaded then, and everything is handed to it.
 * Null without an endpoint, or where the page has not said where its chunks lie.
 *
 * @param load  answers the chunk under the base URL
 */
export function createLazyRounds(
  { options, ...context }: RoundsContext,
  clock: Clock,
  load: (url: string) => Promise<RoundsChunk>,
): Rounds | null {
  const { site, endpoint, chunks, isLoopbackPage } = options;
  if (endpoint === null || chunks === null) return null;
  let rounds: Promise<Rounds> | null = null;
  let isStopped = false;
  const loaded = (): Promise<Rounds> => {
    rounds ??= load(chunks.rounds).then(({ createRounds }) => {
      const created = createRounds({ ...context, site, endpoint, participationUrl: chunks.participation, isLoopbackPage, clock });
      if (isStopped) created.stop();
      return created;
    });
    rounds.catch(() => (rounds = null)); // the next call tries again
    return rounds;
  };
  const ifLoaded = async <T>(use: (rounds: Rounds) => Promise<T>, otherwise: T): Promise<T> =>
    rounds === null ? otherwise : use(await rounds);
  return {
    setConsent: async (consent) =>
      consent.personalise ? (await loaded()).setConsent(consent) : ifLoaded((known) => known.setConsent(consent), undefined),
    status: () => ifLoaded<RoundStatus>((known) => known.status(), noRounds),
    refresh: () => ifLoaded<RoundStatus>((known) => known.refresh(), noRounds),
    ledger: () => ifLoaded<unknown>((known) => known.ledger(), null),
    stop() {
      isStopped = true;
      rounds?.then((known) => known.stop()).catch(() => {}); // one that never loaded has nothing to stop
    },
    erase: () => ifLoaded((known) => known.erase(), undefined),
  };
}
