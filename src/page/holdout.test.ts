import { describe, expect, test } from 'vitest';
import { seededRandom } from '../core/random.js';
import type { SdkError } from '../core/errors.js';
import type { Item } from '../core/item.js';
import type { RankResult } from '../worker/api/worker-api.js';
import { fakeClient } from './consent-adapters/fake-consent.contract.js';
import { announceToGa4, createHoldout, type HoldoutOptions } from './holdout.js';
import { parseHoldout } from './holdout-record.js';
import { memoryStorage } from './memory-storage.contract.js';
import { withHoldout } from './with-holdout.js';

function setUp(options: Partial<HoldoutOptions> = {}, hasConsent = true) {
  const fake = fakeClient({ personalise: hasConsent });
  const storage = memoryStorage();
  const announced: string[] = [];
  const make = (more: Partial<HoldoutOptions> = {}) =>
    createHoldout({
      share: 0.25,
      client: fake.client,
      storage,
      random: () => 0.2,
      announce: (arm, experiment) => void announced.push(`${experiment} ${arm}`),
      ...options,
      ...more,
    });
  return { ...fake, storage, announced, make, holdout: make() };
}
const key = 'homebody/shop/arm';

describe('the holdout', () => {
  test('throws no coin, stores nothing and announces nothing before consent; one coin when it comes', () => {
    const tosses: number[] = [];
    const { holdout, own, storage, announced } = setUp({ random: () => tosses.push(0) && 0.2 }, false);
    expect([holdout.arm(), tosses.length, storage.length, announced]).toEqual([null, 0, 0, []]);
    own({ personalise: true });
    expect(holdout.arm()).toBe('heldout');
    own({ contribute: true });
    expect(tosses).toHaveLength(1);
    expect(announced).toEqual(['holdout heldout']);
  });

  test('the share is the probability of being held out; its edges are nobody and everybody', () => {
    expect(setUp({ random: () => 0.25 }).holdout.arm()).toBe('personalised');
    expect(setUp({ random: () => 0.2499 }).holdout.arm()).toBe('heldout');
    expect(setUp({ share: 0, random: () => 0 }).holdout.arm()).toBe('personalised');
    expect(setUp({ share: 1, random: () => 1 - 2 ** -53 }).holdout.arm()).toBe('heldout');
    const random = seededRandom(3);
    const fake = fakeClient({ personalise: true });
    let held = 0;
    for (let device = 0; device < 4000; device++)
      if (createHoldout({ share: 0.25, client: fake.client, storage: memoryStorage(), random: random.nextUnit }).arm() === 'heldout')
        held++;
    // 5 standard deviations of 27 devices: two-sided chance 6e-7
    expect(Math.abs(held - 1000)).toBeLessThan(137);
  });

  test('keeps its arm over pages and over a change of the share, and keeps one bit: no coin, no time, no name of a device', () => {
    const { storage, make } = setUp();
    expect(JSON.parse(storage.getItem(key)!)).toEqual({ experiment: 'holdout', arm: 'heldout', counts: {} });
    expect(make({ share: 0, random: () => 0.99 }).arm()).toBe('heldout');
  });

  test('another experiment throws anew; what is stored by somebody else counts for nothing', () => {
    const { storage, make } = setUp();
    expect(make({ experiment: 'autumn_2026', random: () => 0.9 }).arm()).toBe('personalised');
    for (const text of ['heldout', 'null', '7', '{"experiment":"holdout","arm":"both"}', '{"experiment":"spring","arm":"heldout"}']) {
      storage.setItem(key, text);
      expect(make({ random: () => 0.9 }).arm()).toBe('personalised');
    }
    const odd = { experiment: 'x', arm: 'heldout', counts: { click: -1, view: 300, purchase: '3', add_to_cart: 3, id: 7 } };
    expect(parseHoldout(JSON.stringify(odd), 'x')).toEqual({ experiment: 'x', arm: 'heldout', counts: { add_to_cart: 3 } });
  });

  test('goes with the consent: withdrawal and erase remove it, also on the next page', async () => {
    const { holdout, own, storage, client, make } = setUp();
    own({ personalise: false });
    expect([holdout.arm(), storage.length]).toEqual([null, 0]);
    own({ personalise: true });
    expect(storage.length).toBe(1);
    void client.profile.erase();
    expect([holdout.arm(), storage.length]).toEqual([null, 0]);
    storage.setItem(key, 'left behind');
    make();
    expect(storage.length).toBe(0);
  });

  test('where the browser keeps nothing the device is in no arm: it could not stay in one', () => {
    for (const storage of [null, memoryStorage(3)]) {
      const { holdout, announced } = setUp({ storage });
      holdout.count('click');
      expect([holdout.arm(), holdout.counts(), announced]).toEqual([null, {}, []]);
    }
  });

  test('counts for itself, clipped, together with its other tabs', () => {
    const { holdout, make } = setUp();
    const otherTab = make();
    for (let i = 0; i < 300; i++) holdout.count('click');
    otherTab.count('purchase');
    otherTab.count('click');
    holdout.count('purchase');
    expect(holdout.counts()).toEqual({ click: 255, purchase: 2 });
    expect(make().counts()).toEqual({ click: 255, purchase: 2 });
  });

  test('tells GA4 the arm and nothing else, as the Arguments object that gtag pushes', () => {
    const host: { dataLayer?: unknown[] } = {};
    setUp({ announce: announceToGa4(host), experiment: 'autumn' });
    const [entry] = host.dataLayer!;
    expect(host.dataLayer).toHaveLength(1);
    expect(Object.prototype.toString.call(entry)).toBe('[object Arguments]');
    expect(Array.from(entry as ArrayLike<unknown>)).toEqual([
      'event',
      'experience_impression',
      { exp_variant_string: 'homebody-autumn-heldout' },
    ]);
  });

  test('an announcement that throws is told and harms nothing', () => {
    const errors: SdkError[] = [];
    const { holdout } = setUp({
      announce: () => {
        throw new Error('no tool');
      },
      onError: (error) => errors.push(error),
    });
    expect(holdout.arm()).toBe('heldout');
    expect(errors.map(({ message }) => message)).toEqual(['no tool']);
  });

  test('refuses a share that is none, and a name that GA4 could not tell apart', () => {
    for (const share of [-0.1, 10, Number.NaN])
      expect(() => setUp({ share })).toThrow(expect.objectContaining({ code: 'invalid-options' }));
    for (const experiment of ['', 'Autumn', 'a-b', 'x'.repeat(33)])
      expect(() => setUp({ experiment })).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });
});

describe('a client with a holdout', () => {
  const items = [{ id: 'a' }, { id: 'b' }];
  const ranked = { list: 'home', items: [{ id: 'b' }, { id: 'a' }], rung: 'model' } as unknown as RankResult;
  const make = (arm: 'heldout' | 'personalised' | null) => {
    const told: ((result: RankResult) => void)[] = [];
    const asked: string[] = [];
    const client = {
      rank: (list: string, _items: readonly Item[]) => {
        asked.push(list);
        return Promise.resolve(ranked);
      },
      peek: (_list: string, _items: readonly Item[]) => ranked,
      subscribe: (_list: string, listener: (result: RankResult) => void) => {
        told.push(listener);
        return () => undefined;
      },
      site: 'shop',
    };
    let now = arm;
    const heard: RankResult[] = [];
    const held = withHoldout(client, { arm: () => now });
    held.subscribe('home', (result) => heard.push(result));
    return { held, asked, heard, tell: () => told.forEach((listener) => listener(ranked)), change: (next: typeof now) => (now = next) };
  };
  const shop = { items: [{ id: 'a' }, { id: 'b' }], rung: 'shop', code: 'switched-off' };

  test('shows the held-out arm the shop’s order in every way of asking, and asks for nothing', async () => {
    const { held, asked, heard, tell } = make('heldout');
    expect(await held.rank('home', items)).toMatchObject(shop);
    expect(held.peek('home', items)).toMatchObject(shop);
    tell();
    expect([asked, heard]).toEqual([[], []]);
    expect(held.site).toBe('shop');
  });

  test('is the client itself for the other arm and for none, also when the arm changes with the consent', async () => {
    for (const arm of ['personalised', null] as const) {
      const { held, heard, tell, change } = make(arm);
      expect(await held.rank('home', items)).toBe(ranked);
      expect(held.peek('home', items)).toBe(ranked);
      tell();
      change('heldout');
      tell();
      expect(heard).toEqual([ranked]);
      expect(await held.rank('home', items)).toMatchObject(shop);
    }
  });
});
