import { describe, expect, test } from 'vitest';
import type { Consent } from '../../worker/api/worker-api.js';
import { createConsentBridge, type ConsentOptions } from './consent-bridge.js';
import { both, fakeClient, fakeHost, first, no, settled } from './fake-consent.contract.js';
import { refusesContribution } from './refusal-signals.js';

function setUp(options: ConsentOptions = {}, stored: Partial<Consent> = {}) {
  const fake = fakeClient(stored);
  const window = fakeHost();
  const connect = () => createConsentBridge(fake.client, window.host, { onError: window.onError, ...options });
  return { ...fake, ...window, connect, bridge: connect() };
}
const yes = { ...both, isChoice: true };
const refusal = { ...no, isChoice: true };

describe('a word of the platform', () => {
  test('that says nothing asks for nothing, whatever was stored', () => {
    for (const stored of [no, first, both]) {
      const { bridge, asked, consent } = setUp({ eraseOnWithdrawal: true }, stored);
      for (const word of [{}, { personalise: undefined, contribute: undefined }, { isChoice: true }]) bridge.hear(word);
      expect(asked).toEqual([]);
      expect(consent()).toEqual(stored);
    }
  });

  test('that says yes gives just what it names; contributing alone is no yes', () => {
    const { bridge, asked, consent } = setUp();
    bridge.hear({ contribute: true, isChoice: true });
    expect(asked).toEqual([]);
    bridge.hear({ personalise: true, isChoice: true });
    expect(consent()).toEqual(first);
    expect(asked).toEqual([{ personalise: true }]);
  });

  test('that says no takes both away before it returns, and a first no makes the client forget what waited', () => {
    const { bridge, consent } = setUp({}, both);
    bridge.hear(refusal);
    expect(consent()).toEqual(no);
    const fresh = setUp();
    fresh.bridge.hear(refusal);
    fresh.bridge.hear(refusal);
    expect(fresh.asked).toEqual([{ personalise: false }]);
  });

  test('a default no stops, but does not make a client without consent forget what waits: the shopper may still say yes', () => {
    const { bridge, asked } = setUp();
    bridge.hear({ ...no, isChoice: false });
    expect(asked).toEqual([]);
    const on = setUp({}, both);
    on.bridge.hear({ ...no, isChoice: false });
    expect(on.consent()).toEqual(no);
  });

  test('the second consent comes and goes alone', () => {
    const { bridge, asked, consent } = setUp();
    bridge.hear({ ...first, isChoice: true });
    bridge.hear(yes);
    expect(consent()).toEqual(both);
    bridge.hear({ ...first, isChoice: true });
    expect(consent()).toEqual(first);
    expect(asked).toEqual([{ personalise: true }, { contribute: true }, { contribute: false }]);
  });

  test('the second one comes back with the first where the no named only the first, and stays off where the shopper switched it off', () => {
    const { bridge, own, consent } = setUp();
    bridge.hear(yes);
    bridge.hear({ personalise: false, isChoice: true });
    bridge.hear(yes);
    expect(consent()).toEqual(both);
    own({ contribute: false });
    bridge.hear(yes);
    expect(consent()).toEqual(first);
  });

  test('no word is heard after the way out', () => {
    const { bridge, asked } = setUp();
    bridge.close();
    bridge.hear(yes);
    expect(asked).toEqual([]);
  });
});

describe('precedence', () => {
  test('an old yes that is repeated does not override what the shopper switched off; a yes that is news does', () => {
    const { bridge, own, consent } = setUp();
    bridge.hear(yes);
    own({ personalise: false });
    bridge.hear(yes);
    expect(consent()).toEqual(no);
    bridge.hear(refusal);
    bridge.hear(yes);
    expect(consent()).toEqual(both);
  });

  test('a no is obeyed each time it is said', () => {
    const { bridge, own, consent } = setUp();
    bridge.hear(refusal);
    own({ personalise: true });
    bridge.hear(refusal);
    expect(consent()).toEqual(no);
  });

  test('the shop’s own control wins for what it names, and only where the shop says so', () => {
    let choice: Partial<Consent> | undefined = { personalise: false };
    const { bridge, consent } = setUp({ ownChoice: () => choice });
    bridge.hear(yes);
    expect(consent()).toEqual(no);
    choice = { personalise: true };
    bridge.hear(refusal);
    expect(consent()).toEqual(first);
    choice = undefined;
    bridge.hear(refusal);
    expect(consent()).toEqual(no);
  });

  test('an own control that throws is told to onError, and has no say', () => {
    const { bridge, consent, errors } = setUp({
      ownChoice: () => {
        throw new Error('not ready');
      },
    });
    bridge.hear(yes);
    expect(consent()).toEqual(both);
    expect(errors.map(({ code, message }) => [code, message])).toEqual([['internal', 'not ready']]);
  });

  test('Global Privacy Control is above all: contribute is never asked for, and is taken back where an own control gave it', () => {
    const { bridge, host, own, asked, consent } = setUp({ ownChoice: () => ({ contribute: true }) });
    host.navigator.globalPrivacyControl = true;
    bridge.hear(yes);
    expect(asked).toEqual([{ personalise: true }]);
    own({ contribute: true });
    expect(consent()).toEqual(first);
  });

  test('Do Not Track counts where the shop says so, and only its one standard value', () => {
    expect(refusesContribution({ doNotTrack: '1' })).toBe(false);
    expect(refusesContribution({ doNotTrack: '1' }, true)).toBe(true);
    for (const doNotTrack of ['0', 'yes', 'unspecified', null]) expect(refusesContribution({ doNotTrack }, true)).toBe(false);
    expect(refusesContribution(undefined, true)).toBe(false);
    expect(refusesContribution({ globalPrivacyControl: true })).toBe(true);
    const window = fakeHost();
    window.host.navigator.doNotTrack = '1';
    const fake = fakeClient(both);
    createConsentBridge(fake.client, window.host, { doNotTrack: true });
    expect(fake.consent()).toEqual(first);
  });
});

describe('erase on withdrawal', () => {
  const erasing = { eraseOnWithdrawal: true };
  const key = 'homebody/shop/erase';

  test('stops first, then erases; without the option nothing is erased', async () => {
    const { bridge, asked, erased, host } = setUp(erasing, both);
    bridge.hear(refusal);
    await settled();
    expect(asked).toEqual([{ personalise: false }, 'erase']);
    expect(host.localStorage.getItem(key)).toBe('due');
    await erased();
    expect(host.localStorage.length).toBe(0);
    const keeping = setUp({}, both);
    keeping.bridge.hear(refusal);
    await settled();
    expect(keeping.asked).toEqual([{ personalise: false }]);
    expect(keeping.host.localStorage.length).toBe(0);
  });

  test('a page that never had consent erases nothing and leaves no key', async () => {
    const { bridge, asked, host } = setUp(erasing);
    bridge.hear(refusal);
    await settled();
    expect(asked).toEqual([{ personalise: false }]);
    expect(host.localStorage.length).toBe(0);
  });

  test('a page that reloads in the middle is finished by the next one', async () => {
    const { bridge, host } = setUp(erasing, both);
    bridge.hear(refusal);
    const next = fakeClient();
    createConsentBridge(next.client, host, erasing);
    await next.erased();
    expect(next.asked).toEqual([{ personalise: false }, 'erase']);
    expect(host.localStorage.length).toBe(0);
  });

  test('who agreed again before the next page keeps the new profile', async () => {
    const { bridge, host } = setUp(erasing, both);
    bridge.hear(refusal);
    const next = fakeClient(first);
    createConsentBridge(next.client, host, erasing);
    await settled();
    expect(next.asked).toEqual([]);
    expect(host.localStorage.length).toBe(0);
  });

  test('a yes during the erase waits for its end; a no behind it cancels the yes', async () => {
    const { bridge, asked, consent, erased } = setUp(erasing, both);
    bridge.hear(refusal);
    bridge.hear(yes);
    bridge.hear({ contribute: false });
    await settled();
    expect(consent()).toEqual(no);
    await erased();
    expect(consent()).toEqual(first);
    bridge.hear(refusal);
    bridge.hear(yes);
    bridge.hear(refusal);
    await erased();
    expect(consent()).toEqual(no);
    expect(asked.filter((each) => each === 'erase')).toHaveLength(2);
  });

  test('a default no stops and keeps; the refusal that follows erases, on this page or on a later one', async () => {
    const { bridge, asked, host, connect, erased } = setUp(erasing, both);
    bridge.hear({ ...no, isChoice: false });
    await settled();
    expect(asked).toEqual([{ personalise: false }]);
    expect(host.localStorage.getItem(key)).toBe('stopped');
    bridge.close();
    const later = connect();
    await settled();
    expect(asked).toHaveLength(1);
    later.hear(refusal);
    await erased();
    expect(asked.at(-1)).toBe('erase');
    expect(host.localStorage.length).toBe(0);
  });

  test('a yes after a default no forgets that there was anything to erase', async () => {
    const { bridge, host, consent } = setUp(erasing, first);
    bridge.hear({ ...no, isChoice: false });
    bridge.hear(yes);
    await settled();
    expect(consent()).toEqual(both);
    expect(host.localStorage.length).toBe(0);
  });

  test('one that fails is told, stays owed, and is tried again at the next no', async () => {
    const { bridge, asked, errors, erased, host } = setUp(erasing, first);
    bridge.hear(refusal);
    await erased(new Error('held'));
    expect(errors.map(({ message }) => message)).toEqual(['held']);
    expect(host.localStorage.getItem(key)).toBe('due');
    bridge.hear(refusal);
    await erased();
    expect(asked.filter((each) => each === 'erase')).toHaveLength(2);
    expect(host.localStorage.length).toBe(0);
  });

  test('a browser without storage still erases', async () => {
    const fake = fakeClient(first);
    const host = {
      get localStorage(): Storage {
        throw new DOMException('denied', 'SecurityError');
      },
    };
    createConsentBridge(fake.client, host, erasing).hear(refusal);
    await fake.erased();
    expect(fake.asked).toEqual([{ personalise: false }, 'erase']);
  });
});
