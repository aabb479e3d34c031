import { describe, expect, test } from 'vitest';
import type { Consent } from '../../worker/api/worker-api.js';
import { both, fakeClient, fakeHost, first, no, settled } from './fake-consent.contract.js';
import { connectGoogleConsent, type GoogleConsentHost, type GoogleConsentOptions } from './google-consent.js';

function setUp(options: GoogleConsentOptions = {}, stored: Partial<Consent> = {}) {
  const fake = fakeClient(stored);
  const window = fakeHost();
  const host: typeof window.host & GoogleConsentHost & { dataLayer: unknown[] } = { ...window.host, dataLayer: [] };
  /** As in Google's snippet: the Arguments object itself is pushed. */
  function gtag(..._args: unknown[]): void {
    // oxlint-disable-next-line prefer-rest-params
    host.dataLayer.push(arguments);
  }
  const connect = () => connectGoogleConsent(fake.client, host, { onError: window.onError, ...options });
  return { ...fake, ...window, host, gtag, connect };
}

const denied = {
  ad_storage: 'denied',
  ad_user_data: 'denied',
  ad_personalization: 'denied',
  analytics_storage: 'denied',
  personalization_storage: 'denied',
};
const granted = { ...denied, analytics_storage: 'granted', personalization_storage: 'granted' };

describe('Google Consent Mode', () => {
  test('denied by default, granted by the update: both consents, when the update comes and not before', async () => {
    const { gtag, connect, consent, pass, asked } = setUp();
    gtag('consent', 'default', { ...denied, wait_for_update: 500 });
    connect();
    await pass(3000);
    expect(asked).toEqual([]);
    gtag('consent', 'update', granted);
    await settled();
    expect(consent()).toEqual(both);
  });

  test('a revoked consent is gone in the same turn, and erased where configured', async () => {
    const { gtag, connect, consent, asked } = setUp({ eraseOnWithdrawal: true });
    connect();
    gtag('consent', 'update', granted);
    await settled();
    gtag('consent', 'update', { personalization_storage: 'denied' });
    await settled();
    expect(consent()).toEqual(no);
    expect(asked.at(-1)).toBe('erase');
  });

  test('a stored yes outlives the denied default of the next page until the update repeats it: wait_for_update is waited for', async () => {
    const { gtag, connect, consent, pass, asked } = setUp({ eraseOnWithdrawal: true }, both);
    connect();
    gtag('consent', 'default', { ...denied, wait_for_update: 2000 });
    await pass(1900);
    gtag('consent', 'update', granted);
    await pass(5000);
    expect(consent()).toEqual(both);
    expect(asked).toEqual([]);
  });

  test.each([
    ['wait_for_update', { wait_for_update: 2000 }, 2000],
    ['half a second at least', {}, 500],
    ['half a second where the wait is malformed', { wait_for_update: 'soon' }, 500],
  ])('a denied default without an update takes a stored yes away after %s, and erases nothing', async (_name, wait, ms) => {
    const { gtag, connect, consent, pass, asked } = setUp({ eraseOnWithdrawal: true }, both);
    connect();
    gtag('consent', 'default', { ...denied, ...wait });
    await pass(ms - 1);
    expect(consent()).toEqual(both);
    await pass(1);
    expect(consent()).toEqual(no);
    expect(asked).toEqual([{ personalise: false }]);
  });

  test('a granted default is a yes only where the shop accepts defaults, and of several the strictest counts', async () => {
    const refused = setUp();
    refused.connect();
    refused.gtag('consent', 'default', granted);
    await refused.pass(2000);
    expect(refused.asked).toEqual([]);

    const accepted = setUp({ acceptDefaults: true });
    accepted.connect();
    accepted.gtag('consent', 'default', granted);
    await accepted.pass(2000);
    expect(accepted.consent()).toEqual(both);

    const regional = setUp({ acceptDefaults: true });
    regional.connect();
    regional.gtag('consent', 'default', { ...denied, region: ['ES', 'DE'] });
    regional.gtag('consent', 'default', granted);
    await regional.pass(2000);
    expect(regional.consent()).toEqual(no);
  });

  test('an update of other types says nothing of ours: neither yes nor withdrawal', async () => {
    const { gtag, connect, pass, asked } = setUp({}, first);
    connect();
    gtag('consent', 'update', { ad_storage: 'granted', ad_personalization: 'denied' });
    await pass(3000);
    expect(asked).toEqual([]);
  });

  test('what was said long ago is one word, the last one: a refusal that was taken back erases nothing', async () => {
    const { gtag, connect, asked, consent } = setUp({ eraseOnWithdrawal: true }, both);
    gtag('consent', 'default', denied);
    gtag('consent', 'update', denied);
    gtag('consent', 'update', granted);
    connect();
    await settled();
    expect(consent()).toEqual(both);
    expect(asked).toEqual([]);
  });

  test('the mapping is the shop’s: all named types are needed, an empty list leaves the consent alone', async () => {
    const { gtag, connect, consent } = setUp({ personalise: ['ad_personalization', 'ad_user_data'], contribute: [] }, no);
    connect();
    gtag('consent', 'update', { ad_personalization: 'granted', analytics_storage: 'granted' });
    await settled();
    expect(consent()).toEqual(no);
    gtag('consent', 'update', { ad_user_data: 'granted' });
    await settled();
    expect(consent()).toEqual(first);
  });

  test('a type that does not exist is refused at once: personalisation_storage would never be granted', () => {
    expect(setUp({ personalise: ['personalisation_storage' as 'personalization_storage'] }).connect).toThrow(
      expect.objectContaining({ code: 'invalid-options', message: expect.stringContaining('personalisation_storage') }),
    );
  });

  test('a data layer that comes late, is replaced, or whose push is put aside is heard within a second', async () => {
    const { gtag, host, connect, consent, pass } = setUp();
    delete (host as { dataLayer?: unknown }).dataLayer;
    connect();
    host.dataLayer = [];
    gtag('consent', 'update', granted);
    await pass(999);
    expect(consent()).toEqual(both);
    host.dataLayer.push = (entry) => Array.prototype.push.call(host.dataLayer, entry);
    gtag('consent', 'update', denied);
    await pass(999);
    expect(consent()).toEqual(no);
  });

  test('malformed commands say nothing, and throw nothing into the push', async () => {
    const { gtag, host, connect, asked, errors } = setUp({}, first);
    connect();
    gtag('consent');
    gtag('consent', 'update');
    gtag('consent', 'update', null);
    gtag('consent', 'update', 'denied');
    gtag('consent', 'revoke', denied);
    gtag('consent', 'update', { personalization_storage: false });
    gtag('consent', 'update', { personalization_storage: 'DENIED' });
    gtag('event', 'consent', denied);
    host.dataLayer.push({ event: 'consent', ...denied }, 'consent', null, 7);
    await settled();
    expect([asked, errors]).toEqual([[], []]);
  });

  test('the way out ends the looking and the hearing', async () => {
    const { gtag, connect, pass, asked, timers } = setUp();
    connect()();
    gtag('consent', 'update', granted);
    await pass(2000);
    expect(asked).toEqual([]);
    expect(timers.size).toBe(0);
  });
});
