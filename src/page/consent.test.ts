import { describe, expect, test } from 'vitest';
import { decideConsent, noConsent, readConsent, writeConsent } from './consent.js';
import { memoryStorage } from './memory-storage.contract.js';
import { siteStorage } from './site-storage.js';

const both = { personalise: true, contribute: true };

function setUp(limit?: number) {
  const browser = memoryStorage(limit);
  return { browser, storage: siteStorage('shop', () => browser) };
}

describe('consent', () => {
  test('absence is no, and a no stores nothing', () => {
    const { browser, storage } = setUp();
    expect(readConsent(storage, true)).toEqual(noConsent);
    writeConsent(storage, noConsent);
    expect(browser.length).toBe(0);
  });

  test('a yes is one key that reads back, a no removes it', () => {
    const { browser, storage } = setUp();
    writeConsent(storage, both);
    expect(browser.key(0)).toBe('homebody/shop/consent');
    expect(readConsent(storage, true)).toEqual(both);
    writeConsent(storage, { personalise: true, contribute: false });
    expect(readConsent(storage, true)).toEqual({ personalise: true, contribute: false });
    writeConsent(storage, noConsent);
    expect(browser.length).toBe(0);
  });

  test('what somebody else wrote there is no yes', () => {
    const { browser, storage } = setUp();
    for (const text of ['true', '1', '{"personalise":true}', 'contribute', 'personalised']) {
      browser.setItem('homebody/shop/consent', text);
      expect(readConsent(storage, true)).toEqual(noConsent);
    }
  });

  test('contributing falls with personalise, and under Global Privacy Control it is never on', () => {
    expect(decideConsent(both, { personalise: false }, true)).toEqual(noConsent);
    expect(decideConsent(noConsent, { contribute: true }, true)).toEqual(noConsent);
    expect(decideConsent(noConsent, both, false)).toEqual({ personalise: true, contribute: false });
    const { storage } = setUp();
    writeConsent(storage, both);
    expect(readConsent(storage, false)).toEqual({ personalise: true, contribute: false });
  });

  test('a browser that refuses storage reads as no, and says that a yes was not kept', () => {
    const blocked = siteStorage('shop', () => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(readConsent(blocked, true)).toEqual(noConsent);
    expect(writeConsent(blocked, both)).toBe(false);
    expect(writeConsent(setUp(3).storage, both)).toBe(false);
    expect(writeConsent(setUp().storage, both)).toBe(true);
  });
});
