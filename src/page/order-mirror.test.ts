import { describe, expect, test } from 'vitest';
import { memoryStorage } from './memory-storage.contract.js';
import { byMirror, createOrderMirror } from './order-mirror.js';
import { shortHash } from './short-hash.js';
import { siteStorage } from './site-storage.js';

function setUp() {
  const browser = memoryStorage();
  return { browser, mirror: createOrderMirror(siteStorage('shop', () => browser)), text: () => browser.getItem('homebody/shop/order') };
}

const own = (id: string): string => id;

describe('the order mirror', () => {
  test('gives back the order, unknown items last in their own order', () => {
    const { mirror } = setUp();
    mirror.save('home', ['c', 'a', 'b']);
    expect(byMirror(mirror.get('home')!, ['a', 'x', 'b', 'y', 'c'], own)).toEqual(['c', 'a', 'b', 'x', 'y']);
    expect(mirror.get('other')).toBeUndefined();
  });

  test('names no item', () => {
    const { mirror, text } = setUp();
    mirror.save('home', ['sku-1042', 'sku-1043']);
    expect(text()).toMatch(/^\{"home":"[0-9a-z]{10}"\}$/);
  });

  test('keeps 48 ids of a list and 2 kB in all; the list that changed longest ago gives way', () => {
    const { mirror, text } = setUp();
    const ids = Array.from({ length: 100 }, (_, i) => `id${i}`);
    for (let i = 0; i < 12; i++) mirror.save(`list${i}`, ids.slice(i));
    expect(text()!.length).toBeLessThanOrEqual(2000);
    expect(mirror.get('list11')).toHaveLength(48 * 5);
    expect(mirror.get('list0')).toBeUndefined();
    const oldest = Object.keys(JSON.parse(text()!) as object)[0]!;
    mirror.save(oldest, ['z']);
    mirror.save('newest', ids);
    expect(mirror.get(oldest)).toHaveLength(5);
  });

  test('saving no ids forgets the list; the last one takes the key with it', () => {
    const { mirror, browser } = setUp();
    mirror.save('home', ['a']);
    mirror.save('more', ['b']);
    mirror.save('home', []);
    expect(mirror.get('home')).toBeUndefined();
    mirror.save('more', []);
    expect(browser.length).toBe(0);
  });

  test('survives what is not its own', () => {
    const { mirror, browser } = setUp();
    for (const text of ['null', '[', '7']) {
      browser.setItem('homebody/shop/order', text);
      expect(mirror.get('home')).toBeUndefined();
      mirror.save('home', ['a']);
      expect(mirror.get('home')).toBe(shortHash('a'));
    }
  });
});

describe('shortHash', () => {
  test('is five characters for any id, and spreads like chance over 20,000 ids', () => {
    const hashes = Array.from({ length: 20_000 }, (_, i) => shortHash(`sku-${i}`));
    expect(hashes.every((hash) => /^[0-9a-z]{5}$/.test(hash))).toBe(true);
    expect(shortHash('')).toHaveLength(5);
    // 20,000² / 2 / 5e7 = 4 collisions expected; 30 or more by chance: below 1e-15 (Poisson).
    expect(20_000 - new Set(hashes).size).toBeLessThan(30);
  });
});
