import { SdkError, toSdkError } from '../core/errors.js';
import type { Client } from './client-types.js';
import { parseHoldout, tossHoldout, type Arm, type CountedEvent, type HoldoutRecord } from './holdout-record.js';
import { storedText, type TextStorage } from './stored-text.js';

/**
 * Does it help? A share of the devices keeps the shop's order and is compared with the rest. The coin is thrown on the device, after
 * *personalise*, and only its outcome is kept (`homebody/<site>/arm`): one bit, no identifier. It goes with the consent: a withdrawal or an erase
 * removes it. The device counts for itself; nothing leaves it but, where the shop gives `announce`, the name of the arm.
 */
export interface Holdout {
  /** Null without consent, and where the browser keeps nothing: such a device is personalised but is in neither arm. */
  arm(): Arm | null;
  /** Counts one event of this device for its arm, up to 255 of each; nothing without an arm. */
  count(event: CountedEvent): void;
  counts(): HoldoutRecord['counts'];
  /** Hears no more of the consent; what is stored stays. */
  close(): void;
}

export interface HoldoutOptions {
  /** Share of the devices with consent that keep the shop's order, 0 to 1. It counts when the coin is thrown: change it under a new name. */
  readonly share: number;
  readonly client: Pick<Client, 'site' | 'status' | 'onStatus'>;
  /** Lower-case letters, digits, underscores; at most 32. Another name is another experiment: each device throws anew. Default `holdout`. */
  readonly experiment?: string;
  /** Default: localStorage. Null: keep nothing, be in no arm. */
  readonly storage?: TextStorage | null;
  /** Uniform in [0, 1). Default: from `crypto`. */
  readonly random?: () => number;
  /** Told once on each page, when the arm is known: for the tool with which the shop measures. */
  readonly announce?: (arm: Arm, experiment: string) => void;
  /** What `announce` throws. */
  readonly onError?: (error: SdkError) => void;
}

/** Errors: `invalid-options`. */
export function createHoldout(options: HoldoutOptions): Holdout {
  const { share, client, experiment = 'holdout', random = cryptoUnit } = options;
  if (!(share >= 0 && share <= 1)) throw new SdkError('invalid-options', `share must be between 0 and 1, got ${share}`);
  if (!/^[a-z0-9_]{1,32}$/.test(experiment))
    throw new SdkError('invalid-options', `experiment must be 1 to 32 of a-z, 0-9 and _, got ${experiment}`);
  const kept = storedText(
    {
      get localStorage() {
        return options.storage === undefined ? globalThis.localStorage : options.storage;
      },
    },
    `homebody/${client.site}/arm`,
  );
  let record: HoldoutRecord | null = null;
  let isAnnounced = false;

  const save = (next: HoldoutRecord): HoldoutRecord | null => (kept.set(JSON.stringify(next)) ? next : null);

  const onStatus = (): void => {
    if (!client.status().consent.personalise) {
      record = null;
      if (kept.get() !== null) kept.set(null);
      return;
    }
    record = parseHoldout(kept.get(), experiment) ?? save(tossHoldout(experiment, share, random()));
    if (!record || isAnnounced) return;
    isAnnounced = true;
    try {
      options.announce?.(record.arm, experiment);
    } catch (thrown) {
      options.onError?.(toSdkError(thrown, 'internal'));
    }
  };
  const stop = client.onStatus(onStatus);
  onStatus();

  return {
    arm: () => record?.arm ?? null,
    count(event) {
      // Read anew: another tab may have counted meanwhile.
      const now = record && (parseHoldout(kept.get(), experiment) ?? record);
      if (now) record = save({ ...now, counts: { ...now.counts, [event]: Math.min(255, (now.counts[event] ?? 0) + 1) } }) ?? record;
    },
    counts: () => record?.counts ?? {},
    close: stop,
  };
}

function cryptoUnit(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}

/**
 * Announces the arm to Google Analytics 4: `experience_impression` with `exp_variant_string` = `homebody-<experiment>-<arm>`. An audience for
 * each of the two strings then compares anything that GA4 measures.
 * @param host  the window
 * @see https://developers.google.com/analytics/devguides/collection/ga4/integration
 */
export function announceToGa4(host: { dataLayer?: unknown }): (arm: Arm, experiment: string) => void {
  // As gtag does: what is pushed is the Arguments object, and the tag takes nothing else for a command.
  function gtag(..._command: readonly unknown[]): void {
    const layer = (Array.isArray(host.dataLayer) ? host.dataLayer : (host.dataLayer = [])) as unknown[];
    // oxlint-disable-next-line prefer-rest-params
    layer.push(arguments);
  }
  return (arm, experiment) => gtag('event', 'experience_impression', { exp_variant_string: `homebody-${experiment}-${arm}` });
}
