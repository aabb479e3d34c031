import { connectTag, type TagHost } from './page/consent-adapters/connect-tag.js';

/**
 * Consent from the platform that the shop already has: adapters for Google Consent Mode v2, IAB TCF 2.2 and Shopify's Customer Privacy API, and
 * `createConsentBridge` for any other. As a script tag see `connect-tag.ts`. Rules and mappings: docs/consent.md.
 */
export type { CmpWord } from './page/consent-adapters/cmp-word.js';
export { createConsentBridge } from './page/consent-adapters/consent-bridge.js';
export type { ConsentBridge, ConsentClient, ConsentHost, ConsentOptions } from './page/consent-adapters/consent-bridge.js';
export { connectGoogleConsent } from './page/consent-adapters/google-consent.js';
export type { GoogleConsentHost, GoogleConsentOptions, GoogleConsentType } from './page/consent-adapters/google-consent.js';
export { connectShopifyPrivacy } from './page/consent-adapters/shopify-privacy.js';
export type { ShopifyHost, ShopifyPrivacyOptions, ShopifyPurpose } from './page/consent-adapters/shopify-privacy.js';
export { connectTcf } from './page/consent-adapters/tcf.js';
export type { TcfApi, TcfHost, TcfOptions } from './page/consent-adapters/tcf.js';

if (typeof document !== 'undefined') connectTag(globalThis as unknown as TagHost, import.meta.url);
