import { toSdkError } from '../../core/errors.js';
import { listenToDataLayer } from '../adapters/data-layer.js';
import { checkMapping, wordOf, type Mapping, type Said } from './cmp-word.js';
import { createConsentBridge, type ConsentClient, type ConsentHost, type ConsentOptions } from './consent-bridge.js';
import type { TimerHost } from './when-present.js';

/**
 * Google Consent Mode v2: `gtag('consent', 'default' | 'update', {…})`, which gtag pushes to `dataLayer` as its Arguments object.
 *
 * - An `update` is the shopper's word. It names only what changes; the rest stands.
 * - A `default` is what holds until there is an update: it can take a consent away, after `wait_for_update` (and at least `waitMs`), and gives
 *   one only with `acceptDefaults`. Of several defaults, one for each `region`, the strictest counts: the region of the device is not known here.
 * - `personalise` is taken from `personalization_storage`, which is about the site's own content; `ad_personalization` is about what Google
 *   may do with data that it gets. A platform that sets only the four advertising types needs a mapping of the shop's own.
 *
 * Not heard: templates of Tag Manager that set the state by its sandbox API only, which leaves no trace in `dataLayer`.
 * @see https://developers.google.com/tag-platform/security/guides/consent
 * @see https://developers.google.com/tag-platform/security/concepts/consent-mode (the consent types)
 */

export type GoogleConsentType =
  | 'ad_storage'
  | 'ad_user_data'
  | 'ad_personalization'
  | 'analytics_storage'
  | 'functionality_storage'
  | 'personalization_storage'
  | 'security_storage';

export interface GoogleConsentOptions extends ConsentOptions, Partial<Mapping<GoogleConsentType>> {
  /** Default `['personalization_storage']`. */
  readonly personalise?: readonly GoogleConsentType[];
  /** Default `['analytics_storage']`. */
  readonly contribute?: readonly GoogleConsentType[];
  /** `true`: a granted default is a yes. Default false: only the shopper's update is. */
  readonly acceptDefaults?: boolean;
  /** How long a default waits for an update where `wait_for_update` says less, milliseconds. Default 500. */
  readonly waitMs?: number;
}

export interface GoogleConsentHost extends ConsentHost, TimerHost {
  dataLayer?: unknown;
}

/** Another script may put its own `push` over ours: how often to look for what went around us. A withdrawal has to work within a second. */
const lookEveryMs = 500;
const longestWaitMs = 60_000;

const consentType = /^((ad|analytics|functionality|personalization|security)_storage|ad_(user_data|personalization))$/;

/** Errors: `invalid-options`. @returns the way out */
export function connectGoogleConsent(client: ConsentClient, host: GoogleConsentHost, options: GoogleConsentOptions = {}): () => void {
  const mapping = checkMapping(
    { personalise: options.personalise ?? ['personalization_storage'], contribute: options.contribute ?? ['analytics_storage'] },
    (type) => consentType.test(type),
    'a consent type of Google such as personalization_storage',
  );
  const bridge = createConsentBridge(client, host, options);
  const updates = new Map<string, Said>();
  const defaults = new Map<string, Said>();
  /** Defaults that still wait for an update. */
  let waiting = 0;
  let isDue = false;
  let isClosed = false;

  /** In a microtask: what was pushed together, or long ago, is one word, the last one. */
  const speak = (): void => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      bridge.hear(wordOf(mapping, (type) => updates.get(type) ?? (waiting === 0 ? defaults.get(type) : undefined), options.acceptDefaults));
    });
  };

  const onEntry = (entry: unknown): void => {
    const command = isClosed ? undefined : commandOf(entry);
    if (!command) return;
    for (const [type, state] of Object.entries(command.states)) {
      if (state !== 'granted' && state !== 'denied') continue;
      if (command.mode === 'update') updates.set(type, state === 'granted' ? 'yes' : 'no');
      else if (defaults.get(type) !== 'default-no') defaults.set(type, state === 'granted' ? 'default-yes' : 'default-no');
    }
    if (command.mode === 'default') {
      waiting++;
      const waitMs = Math.max(numberOr0(command.states['wait_for_update']), options.waitMs ?? 500);
      host.setTimeout(
        () => {
          waiting--;
          speak();
        },
        Math.min(waitMs, longestWaitMs),
      );
    }
    speak();
  };

  const scan = listenToDataLayer(host, onEntry, (thrown) => options.onError?.(toSdkError(thrown, 'internal')));
  let timer: number;
  const look = (): void => {
    scan();
    timer = host.setTimeout(look, lookEveryMs);
  };
  timer = host.setTimeout(look, lookEveryMs);
  return () => {
    isClosed = true;
    host.clearTimeout(timer);
    bridge.close();
  };
}

interface ConsentCommand {
  readonly mode: 'default' | 'update';
  readonly states: Readonly<Record<string, unknown>>;
}

function commandOf(entry: unknown): ConsentCommand | undefined {
  const isCall = Array.isArray(entry) || Object.prototype.toString.call(entry) === '[object Arguments]';
  if (!isCall) return undefined;
  const [command, mode, states] = Array.from(entry as ArrayLike<unknown>);
  if (command !== 'consent' || (mode !== 'default' && mode !== 'update')) return undefined;
  return typeof states === 'object' && states !== null ? { mode, states: states as ConsentCommand['states'] } : undefined;
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
