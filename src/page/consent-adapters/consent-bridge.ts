import { toSdkError, type SdkError } from '../../core/errors.js';
import type { Consent } from '../../worker/api/worker-api.js';
import type { Client } from '../client-types.js';
import { storedText, type StorageHost } from '../stored-text.js';
import type { CmpWord } from './cmp-word.js';
import { refusesContribution, type SignalNavigator } from './refusal-signals.js';

export type ConsentClient = Pick<Client, 'site' | 'status' | 'onStatus' | 'consent'> & {
  readonly profile: Pick<Client['profile'], 'erase'>;
};

export interface ConsentHost extends StorageHost {
  readonly navigator?: SignalNavigator;
}

export interface ConsentOptions {
  /** `true`: a withdrawal erases the profile. Default false: it stops learning and keeps what is there until `profile.erase()`. */
  readonly eraseOnWithdrawal?: boolean;
  /** What the shopper chose with a control of the shop's own, as the shop remembers it. What it answers outranks the platform. Default: none. */
  readonly ownChoice?: () => Partial<Consent> | undefined;
  /** `true`: Do Not Track counts like Global Privacy Control: never contribute. Default false. */
  readonly doNotTrack?: boolean;
  /** What went wrong; nothing is thrown into the page. */
  readonly onError?: (error: SdkError) => void;
}

export interface ConsentBridge {
  /** Takes the platform's word. Never throws; the consent is in `client.status()` when it returns, unless an erase is running. */
  hear(word: CmpWord): void;
  /** Hears no more. An erase that has begun goes on. */
  close(): void;
}

/**
 * Turns what a consent platform says into `client.consent`, for platforms that have no adapter here too. Rules, strongest first:
 *
 * 1. Global Privacy Control (and Do Not Track by option): never contribute.
 * 2. `ownChoice()`, where the shop gives it, for each consent it names.
 * 3. The platform. A no is obeyed each time it is said; a yes only when it is news on this page, so that repeating an old yes does not
 *    override what the shopper has just switched off with another control.
 * 4. What an earlier visit stored, until the platform has spoken. A platform that says nothing gives no consent.
 *
 * A withdrawal with `eraseOnWithdrawal` leaves the key `homebody/<site>/erase` until the erase is done: platforms like to reload the page at
 * that moment, and the next page finishes what this one began. Likewise where a mere default has stopped what a refusal will have to erase.
 */
export function createConsentBridge(client: ConsentClient, host: ConsentHost, options: ConsentOptions = {}): ConsentBridge {
  const owed = storedText(host, `homebody/${client.site}/erase`);
  let last: CmpWord = {};
  /** Is there anything that a withdrawal would have to erase? */
  let wasOn = owed.get() !== null;
  let isErasing = false;
  /** What was said while an erase was running. */
  let meanwhile: CmpWord | undefined;
  let isClosed = false;

  const onThrown = (thrown: unknown): void => options.onError?.(toSdkError(thrown, 'internal'));
  const ask = (change: Partial<Consent>): Promise<void> => client.consent(change).catch(onThrown);

  /** The word after rules 1 and 2. */
  const decided = (word: CmpWord): CmpWord => {
    let own: Partial<Consent> | undefined;
    try {
      own = options.ownChoice?.();
    } catch (thrown) {
      onThrown(thrown);
    }
    const contribute = own?.contribute ?? word.contribute;
    return {
      personalise: own?.personalise ?? word.personalise,
      contribute: contribute && !refusesContribution(host.navigator, options.doNotTrack),
      isChoice: own?.personalise === undefined ? word.isChoice : true,
    };
  };

  const hear = (word: CmpWord): void => {
    if (isErasing) {
      const { personalise = meanwhile?.personalise, contribute = meanwhile?.contribute } = word;
      meanwhile = { personalise, contribute, isChoice: word.personalise === undefined ? meanwhile?.isChoice : word.isChoice };
      return;
    }
    const wanted = decided(word);
    const before = last;
    last = { personalise: wanted.personalise ?? before.personalise, contribute: wanted.contribute ?? before.contribute };
    const now = client.status().consent;

    if (wanted.personalise === false) {
      if (wasOn && wanted.isChoice && options.eraseOnWithdrawal) return erase();
      if (now.personalise && options.eraseOnWithdrawal) owed.set('stopped');
      // Said to a client that has no consent, a first no makes it forget the events that waited for a yes.
      if (now.personalise || (wanted.isChoice && before.personalise !== false)) void ask({ personalise: false });
      return;
    }
    const change: { personalise?: boolean; contribute?: boolean } = {};
    if (wanted.personalise && !now.personalise && !before.personalise) change.personalise = true;
    if (wanted.contribute === false && now.contribute) change.contribute = false;
    if (wanted.contribute && !now.contribute && (now.personalise || change.personalise) && (!before.contribute || change.personalise))
      change.contribute = true;
    if (Object.keys(change).length > 0) void ask(change);
  };

  const erase = (): void => {
    isErasing = true;
    owed.set('due');
    ask({ personalise: false })
      .then(() => client.profile.erase())
      .then(() => {
        owed.set(null);
        wasOn = false;
      }, onThrown)
      .finally(() => {
        isErasing = false;
        const word = meanwhile;
        meanwhile = undefined;
        if (word && !isClosed) hear(word);
      });
  };

  const onStatus = (): void => {
    const { personalise, contribute } = client.status().consent;
    if (contribute && refusesContribution(host.navigator, options.doNotTrack)) void ask({ contribute: false });
    if (!personalise || isErasing) return;
    wasOn = true;
    if (owed.get() !== null) owed.set(null); // agreed again
  };
  const stopHearingStatus = client.onStatus(onStatus);
  onStatus();
  if (owed.get() === 'due') erase();

  return {
    hear: (word) => {
      try {
        if (!isClosed) hear(word);
      } catch (thrown) {
        onThrown(thrown);
      }
    },
    close() {
      isClosed = true;
      stopHearingStatus();
    },
  };
}
