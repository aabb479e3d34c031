import { describe, expect, test } from 'vitest';
import type { Consent } from '../../worker/api/worker-api.js';
import { both, fakeClient, fakeHost, first, no, settled } from './fake-consent.contract.js';
import { connectShopifyPrivacy, type ShopifyHost, type ShopifyPrivacyOptions } from './shopify-privacy.js';

type Answer = '' | 'yes' | 'no';
interface Visitor {
  preferences?: Answer;
  analytics?: Answer;
  marketing?: Answer;
}

/** The API as a theme finds it. `needsConsent`: the region asks before anything is allowed. */
function customerPrivacy(visitor: Visitor, needsConsent = true) {
  const isAllowed = (purpose: keyof Visitor) => () => visitor[purpose] === 'yes' || (!needsConsent && visitor[purpose] !== 'no');
  return {
    currentVisitorConsent: () => ({ preferences: '', analytics: '', marketing: '', sale_of_data: '', ...visitor }),
    preferencesProcessingAllowed: isAllowed('preferences'),
    analyticsProcessingAllowed: isAllowed('analytics'),
    marketingAllowed: isAllowed('marketing'),
    saleOfDataAllowed: () => !needsConsent,
  };
}

function setUp(options: ShopifyPrivacyOptions = {}, stored: Partial<Consent> = {}) {
  const fake = fakeClient(stored);
  const window = fakeHost();
  const host: typeof window.host & { Shopify?: NonNullable<ShopifyHost['Shopify']> } = window.host;
  const collected = (detail: unknown) => host.document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail }));
  const connect = () => connectShopifyPrivacy(fake.client, host, { onError: window.onError, ...options });
  return { ...fake, ...window, host, collected, connect };
}

describe('Shopify customer privacy', () => {
  test('nothing before the visitor has answered; the event of the answer gives what it allows', () => {
    const { host, connect, collected, asked, consent } = setUp();
    host.Shopify = { customerPrivacy: customerPrivacy({}) };
    connect();
    expect(asked).toEqual([]);
    collected({ preferencesAllowed: true, analyticsAllowed: true, marketingAllowed: false, saleOfDataAllowed: false });
    expect(consent()).toEqual(both);
  });

  test('an answer of an earlier visit counts at once, and the event takes it back, erased where configured', async () => {
    const { host, connect, collected, consent, asked } = setUp({ eraseOnWithdrawal: true });
    host.Shopify = { customerPrivacy: customerPrivacy({ preferences: 'yes', analytics: 'no' }) };
    connect();
    expect(consent()).toEqual(first);
    collected({ preferencesAllowed: false, analyticsAllowed: false, marketingAllowed: false });
    expect(consent()).toEqual(no);
    await settled();
    expect(asked.at(-1)).toBe('erase');
  });

  test('what a region allows without asking is no yes, unless the shop accepts defaults', () => {
    for (const [acceptDefaults, expected] of [
      [false, no],
      [true, both],
    ] as const) {
      const { host, connect, consent } = setUp({ acceptDefaults });
      host.Shopify = { customerPrivacy: customerPrivacy({}, false) };
      connect();
      expect(consent()).toEqual(expected);
    }
  });

  test('a yes that is not allowed (an opt-out by law or signal) is none', () => {
    const { host, connect, consent } = setUp({}, both);
    host.Shopify = { customerPrivacy: { ...customerPrivacy({ preferences: 'yes' }), preferencesProcessingAllowed: () => false } };
    connect();
    expect(consent()).toEqual(no);
  });

  test('an answer that Shopify has forgotten stops learning where consent is needed, and erases nothing', async () => {
    const { host, connect, consent, asked } = setUp({ eraseOnWithdrawal: true }, both);
    host.Shopify = { customerPrivacy: customerPrivacy({}) };
    connect();
    await settled();
    expect(consent()).toEqual(no);
    expect(asked).toEqual([{ personalise: false }]);
  });

  test('the API is asked for where the theme has not loaded it, also when Shopify itself comes late', async () => {
    const { host, connect, consent, pass } = setUp();
    connect();
    await pass(1000);
    const loaded: unknown[] = [];
    host.Shopify = {
      loadFeatures(features, onLoaded) {
        loaded.push(...features);
        host.Shopify = { customerPrivacy: customerPrivacy({ preferences: 'yes', analytics: 'yes' }) };
        onLoaded();
      },
    };
    await pass(2000);
    expect(loaded).toEqual([{ name: 'consent-tracking-api', version: '0.1' }]);
    expect(consent()).toEqual(both);
  });

  test('without loading it waits for the theme', async () => {
    const { host, connect, consent, pass } = setUp({ load: false });
    let isAsked = false;
    host.Shopify = { loadFeatures: () => void (isAsked = true) };
    connect();
    await pass(1000);
    host.Shopify = { ...host.Shopify, customerPrivacy: customerPrivacy({ preferences: 'yes' }) };
    await pass(2000);
    expect(isAsked).toBe(false);
    expect(consent()).toMatchObject({ personalise: true });
  });

  test('an API that does not load, lacks its methods or throws gives nothing and takes nothing', () => {
    const failing = setUp({}, first);
    failing.host.Shopify = { loadFeatures: (_features, onLoaded) => onLoaded(new Error('blocked')) };
    failing.connect();
    expect(failing.errors.map(({ message }) => message)).toEqual(['blocked']);
    expect(failing.asked).toEqual([]);

    const bare = setUp({}, first);
    bare.host.Shopify = { customerPrivacy: {} };
    bare.connect();
    bare.collected(null);
    bare.collected({ preferencesAllowed: 'no' });
    expect([bare.asked, bare.errors]).toEqual([[], []]);

    const throwing = setUp({}, first);
    throwing.host.Shopify = {
      customerPrivacy: {
        preferencesProcessingAllowed: () => {
          throw new Error('broken');
        },
      },
    };
    throwing.connect();
    expect(throwing.errors.map(({ message }) => message)).toEqual(['broken']);
    expect(throwing.asked).toEqual([]);
  });

  test('an event without the purpose asks the API', () => {
    const { host, connect, collected, consent } = setUp({ contribute: ['marketing'] });
    const visitor: Visitor = {};
    host.Shopify = { customerPrivacy: customerPrivacy(visitor) };
    connect();
    visitor.preferences = 'yes';
    collected({ marketingAllowed: true, analyticsAllowed: false });
    expect(consent()).toEqual(both);
  });

  test('the way out hears no more events; a purpose that does not exist is refused at once', () => {
    const { host, connect, collected, asked } = setUp();
    host.Shopify = { customerPrivacy: customerPrivacy({}) };
    connect()();
    collected({ preferencesAllowed: true });
    expect(asked).toEqual([]);
    expect(setUp({ personalise: ['preference' as 'preferences'] }).connect).toThrow(
      'expected preferences, analytics, marketing, sale_of_data',
    );
  });
});
