import { toSdkError } from '../../core/errors.js';
import { checkMapping, wordOf, type Mapping, type Said } from './cmp-word.js';
import { createConsentBridge, type ConsentClient, type ConsentHost, type ConsentOptions } from './consent-bridge.js';
import { whenPresent, type TimerHost } from './when-present.js';

/**
 * Shopify's Customer Privacy API: `Shopify.customerPrivacy`, and the event `visitorConsentCollected` of the document.
 *
 * `preferencesProcessingAllowed()` and its sisters answer true where the region asks for no consent, too. That is a default, not a word of
 * the visitor: a yes needs `currentVisitorConsent()` to say `'yes'` as well (or `acceptDefaults`), or the event, which is told when the
 * visitor has chosen.
 *
 * @see https://shopify.dev/docs/api/customer-privacy (loading, “Check data processing permissions”, the event and its detail)
 */

export type ShopifyPurpose = 'preferences' | 'analytics' | 'marketing' | 'sale_of_data';

/** Names in the API: the method, and the key in the detail of the event. */
const names: Readonly<Record<ShopifyPurpose, readonly [method: string, detail: string]>> = {
  preferences: ['preferencesProcessingAllowed', 'preferencesAllowed'],
  analytics: ['analyticsProcessingAllowed', 'analyticsAllowed'],
  marketing: ['marketingAllowed', 'marketingAllowed'],
  sale_of_data: ['saleOfDataAllowed', 'saleOfDataAllowed'],
};

export interface ShopifyPrivacyOptions extends ConsentOptions, Partial<Mapping<ShopifyPurpose>> {
  /** Default `['preferences']`. */
  readonly personalise?: readonly ShopifyPurpose[];
  /** Default `['analytics']`. */
  readonly contribute?: readonly ShopifyPurpose[];
  /** `true`: what the region allows without asking is a yes. Default false. */
  readonly acceptDefaults?: boolean;
  /** `false`: do not ask Shopify to load its API (a script of Shopify's) where the theme has not. Default true. */
  readonly load?: boolean;
}

type Feature = { readonly name: string; readonly version: string };

interface Shopify {
  readonly customerPrivacy?: object;
  readonly loadFeatures?: (features: readonly Feature[], onLoaded: (error?: unknown) => void) => void;
}

export interface ShopifyHost extends ConsentHost, TimerHost {
  readonly Shopify?: Shopify;
  readonly document: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
}

/** Errors: `invalid-options`. @returns the way out */
export function connectShopifyPrivacy(client: ConsentClient, host: ShopifyHost, options: ShopifyPrivacyOptions = {}): () => void {
  const mapping = checkMapping<ShopifyPurpose>(
    { personalise: options.personalise ?? ['preferences'], contribute: options.contribute ?? ['analytics'] },
    (purpose) => Object.hasOwn(names, purpose),
    Object.keys(names).join(', '),
  );
  const bridge = createConsentBridge(client, host, options);
  const onThrown = (thrown: unknown): void => options.onError?.(toSdkError(thrown, 'internal'));

  const speak = (detail?: Fields): void => {
    try {
      const privacy = host.Shopify?.customerPrivacy as Methods | undefined;
      if (privacy || detail) bridge.hear(wordOf(mapping, (purpose) => saidOf(purpose, privacy, detail), options.acceptDefaults));
    } catch (thrown) {
      onThrown(thrown);
    }
  };

  const onCollected = (event: Event): void => {
    const { detail } = event as CustomEvent<unknown>;
    speak(typeof detail === 'object' && detail !== null ? (detail as Fields) : {});
  };
  host.document.addEventListener('visitorConsentCollected', onCollected);

  const stopLooking = whenPresent(
    host,
    () => (host.Shopify?.customerPrivacy || (options.load !== false && host.Shopify?.loadFeatures) ? host.Shopify : undefined),
    (shopify) => {
      if (shopify.customerPrivacy) return speak();
      try {
        shopify.loadFeatures!([{ name: 'consent-tracking-api', version: '0.1' }], (error) => (error ? onThrown(error) : speak()));
      } catch (thrown) {
        onThrown(thrown);
      }
    },
  );
  return () => {
    host.document.removeEventListener('visitorConsentCollected', onCollected);
    stopLooking();
    bridge.close();
  };
}

type Fields = Readonly<Record<string, unknown>>;
type Methods = Readonly<Record<string, (() => unknown) | undefined>>;

function saidOf(purpose: ShopifyPurpose, privacy: Methods | undefined, detail: Fields | undefined): Said {
  const [method, key] = names[purpose];
  const told = detail?.[key];
  if (typeof told === 'boolean') return told ? 'yes' : 'no';
  const chosen = (privacy?.['currentVisitorConsent']?.() as Fields | null | undefined)?.[purpose];
  const isAllowed = privacy?.[method]?.();
  if (chosen === 'no') return 'no';
  if (typeof isAllowed !== 'boolean') return undefined;
  if (chosen === 'yes' && isAllowed) return 'yes';
  return isAllowed ? 'default-yes' : 'default-no';
}
