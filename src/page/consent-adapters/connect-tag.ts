import { SdkError } from '../../core/errors.js';
import type { ConsentClient, ConsentOptions } from './consent-bridge.js';
import { connectGoogleConsent, type GoogleConsentHost, type GoogleConsentType } from './google-consent.js';
import { connectShopifyPrivacy, type ShopifyHost, type ShopifyPurpose } from './shopify-privacy.js';
import { connectTcf, type TcfHost } from './tcf.js';

export interface TagHost extends Omit<GoogleConsentHost & TcfHost & ShopifyHost, 'document'> {
  readonly document: Document;
  dispatchEvent(event: Event): boolean;
  /** The page script, or what waits for it. */
  homebody?: { push(command: (client: ConsentClient) => void): unknown };
}

/**
 * `<script type="module" src="…/consent.js" data-cmp="google | tcf | shopify">` beside the page script, before or after it. More attributes:
 * `data-personalise`, `data-contribute` (categories of the platform, separated by spaces; empty: the platform has no say),
 * `data-erase-on-withdrawal`, `data-accept-defaults`, `data-do-not-track` (there or not), `data-vendor-id`. What goes wrong is a
 * `homebody:error` of the window.
 * @param scriptUrl  of the module itself; without a tag of this URL nothing happens
 */
export function connectTag(host: TagHost, scriptUrl: string): void {
  const tag = [...host.document.scripts].find((script) => script.src === scriptUrl && script.dataset['cmp'] !== undefined);
  if (!tag) return;
  const data = tag.dataset;
  const onError = (detail: SdkError): void => void host.dispatchEvent(new CustomEvent('homebody:error', { detail }));
  const listOf = (text: string | undefined): readonly string[] | undefined => text?.split(/\s+/).filter(Boolean);
  const personalise = listOf(data['personalise']);
  const contribute = listOf(data['contribute']);
  const options: ConsentOptions & { readonly acceptDefaults: boolean } = {
    eraseOnWithdrawal: 'eraseOnWithdrawal' in data,
    doNotTrack: 'doNotTrack' in data,
    acceptDefaults: 'acceptDefaults' in data,
    onError,
  };
  /** Categories are checked by the adapters. */
  const mapping = <Category>(parse: (text: string) => Category) => ({
    ...(personalise && { personalise: personalise.map(parse) }),
    ...(contribute && { contribute: contribute.map(parse) }),
  });

  const connect = (client: ConsentClient): unknown => {
    switch (data['cmp']) {
      case 'google':
        return connectGoogleConsent(client, host, { ...options, ...mapping((text) => text as GoogleConsentType) });
      case 'tcf':
        return connectTcf(client, host, {
          ...options,
          ...mapping(Number),
          ...(data['vendorId'] && { vendorId: Number(data['vendorId']) }),
        });
      case 'shopify':
        return connectShopifyPrivacy(client, host, { ...options, ...mapping((text) => text as ShopifyPurpose) });
      case undefined:
      default:
        throw new SdkError('invalid-options', `data-cmp must be google, tcf or shopify, got ${data['cmp']}`);
    }
  };
  const waiting: unknown[] = [];
  host.homebody ??= { push: (command) => waiting.push(command), q: waiting } as NonNullable<TagHost['homebody']>; // the page script takes over `q`
  host.homebody.push((client) => void connect(client)); // what it throws is told by the page script
}
