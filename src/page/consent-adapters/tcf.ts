import { toSdkError } from '../../core/errors.js';
import type { Consent } from '../../worker/api/worker-api.js';
import { checkMapping, wordOf, type CmpWord, type Mapping } from './cmp-word.js';
import { createConsentBridge, type ConsentClient, type ConsentHost, type ConsentOptions } from './consent-bridge.js';
import { whenPresent, type TimerHost } from './when-present.js';

/**
 * IAB Transparency and Consent Framework 2.2, `__tcfapi('addEventListener', 2, …)`; the platform calls back now and at each change.
 *
 * - Only `tcloaded` and `useractioncomplete` are the shopper's word; while the dialogue is open (`cmpuishown`) nothing is said.
 * - Only `consents` count. A legitimate interest is no consent, and is not read.
 * - `gdprApplies: false` means that nobody was asked: no word, unless `outsideGdpr` gives one. Unknown: the platform is still finding out.
 * - `personalise` needs purposes 1 (store and access information on a device), 5 (create profiles to personalise content) and 6 (use
 *   them to select content); `contribute` needs 1, 8 (measure content performance) and 9 (understand audiences through statistics).
 *
 * @see https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/blob/master/TCFv2/IAB%20Tech%20Lab%20-%20CMP%20API%20v2.md
 *      (addEventListener, TCData, “What does the gdprApplies value mean?”)
 * @see https://iabeurope.eu/iab-europe-transparency-consent-framework-policies/ (appendix A: the purposes)
 */

export type TcfApi = (command: string, version: number, callback: (data: unknown, isSuccess: boolean) => void, parameter?: number) => void;

export interface TcfRules extends Partial<Mapping<number>> {
  /** Purposes. Default `[1, 5, 6]`. */
  readonly personalise?: readonly number[];
  /** Purposes. Default `[1, 8, 9]`. */
  readonly contribute?: readonly number[];
  /** This vendor of the Global Vendor List needs consent, too. Default: none; the profile is the shop's own. */
  readonly vendorId?: number;
  /** Whose consents: those given to the vendors (`purpose`, default) or to the shop itself (`publisher`), where the platform asks for those. */
  readonly from?: 'purpose' | 'publisher';
  /** The word where GDPR does not apply. Default: none. */
  readonly outsideGdpr?: Partial<Consent>;
}

export interface TcfOptions extends ConsentOptions, TcfRules {}

export interface TcfHost extends ConsentHost, TimerHost {
  readonly __tcfapi?: TcfApi;
}

/** Errors: `invalid-options`. @returns the way out */
export function connectTcf(client: ConsentClient, host: TcfHost, options: TcfOptions = {}): () => void {
  checkMapping(mappingOf(options), (purpose) => Number.isInteger(purpose) && purpose > 0, 'the number of a purpose');
  const bridge = createConsentBridge(client, host, options);
  let listenerId: number | undefined;
  let isClosed = false;
  const leave = (api: TcfApi): void => {
    if (listenerId !== undefined) api('removeEventListener', 2, () => undefined, listenerId);
    listenerId = undefined;
  };
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (thrown) {
      options.onError?.(toSdkError(thrown, 'internal'));
    }
  };
  const stopLooking = whenPresent(
    host,
    () => (typeof host.__tcfapi === 'function' ? host.__tcfapi : undefined),
    (api) =>
      guarded(() =>
        api('addEventListener', 2, (data, isSuccess) =>
          guarded(() => {
            if (isFields(data) && typeof data['listenerId'] === 'number') listenerId = data['listenerId'];
            // A platform of our day is asked, not the stub that was there first.
            if (isClosed) return leave(host.__tcfapi ?? api);
            const word = isSuccess ? tcfWord(data, options) : undefined;
            if (word) bridge.hear(word);
          }),
        ),
      ),
  );
  return () => {
    isClosed = true;
    stopLooking();
    if (host.__tcfapi) guarded(() => leave(host.__tcfapi!));
    bridge.close();
  };
}

/** What a `TCData` object says; undefined for one that is not the shopper's word, or is malformed. */
export function tcfWord(data: unknown, rules: TcfRules = {}): CmpWord | undefined {
  if (!isFields(data)) return undefined;
  if (data['gdprApplies'] === false) return rules.outsideGdpr ? { ...rules.outsideGdpr, isChoice: false } : undefined;
  if (data['gdprApplies'] !== true || data['cmpStatus'] === 'error') return undefined;
  if (data['eventStatus'] !== 'tcloaded' && data['eventStatus'] !== 'useractioncomplete') return undefined;

  const purposes = consentsOf(data[rules.from ?? 'purpose']);
  const vendors = consentsOf(data['vendor']);
  if (!purposes || (rules.vendorId !== undefined && !vendors)) return undefined;
  const hasVendor = rules.vendorId === undefined || vendors![rules.vendorId] === true;
  return wordOf(mappingOf(rules), (purpose) => (hasVendor && purposes[purpose] === true ? 'yes' : 'no'));
}

function mappingOf({ personalise = [1, 5, 6], contribute = [1, 8, 9] }: TcfRules): Mapping<number> {
  return { personalise, contribute };
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function consentsOf(value: unknown): Fields | undefined {
  return isFields(value) && isFields(value['consents']) ? value['consents'] : undefined;
}
