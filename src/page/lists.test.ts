import { describe, expect, test, vi } from 'vitest';
import { SdkError, type ErrorCode } from '../core/errors.js';
import type { Item } from '../core/item.js';
import type { RankRequest, RankResult } from '../worker/api/worker-api.js';
import { createLists } from './lists.js';
import { memoryStorage } from './memory-storage.contract.js';
import { createOrderMirror } from './order-mirror.js';
import { siteStorage } from './site-storage.js';

const items: readonly Item[] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];

function resultOf(list: string, ids: readonly string[], more: Partial<RankResult> = {}): RankResult {
  return {
    list,
    items: ids.map((id, place) => ({ id, score: -place, shopPosition: 'abc'.indexOf(id) })),
    rung: 'model',
    revision: 1,
    matched: 3,
    unmatched: 0,
    ...more,
  };
}

function setUp(answer: (requests: readonly RankRequest[]) => Promise<readonly RankResult[]> = () => new Promise(() => undefined)) {
  const asked: (readonly RankRequest[])[] = [];
  const thrown: unknown[] = [];
  const refused = new Map<string, ErrorCode>();
  const mirror = createOrderMirror(siteStorage('shop', () => browser));
  const browser = memoryStorage();
  const lists = createLists({
    ask: (requests) => {
      asked.push(requests);
      return answer(requests);
    },
    refusal: (list) => refused.get(list),
    mirror,
    onThrown: (error) => thrown.push(error),
  });
  return { lists, asked, thrown, refused, mirror };
}

const idsOf = (result: RankResult) => result.items.map((item) => item.id);

describe('lists', () => {
  test('an answer in time is the order; it is mirrored and told to subscribers', async () => {
    const { lists, mirror } = setUp(() => Promise.resolve([resultOf('home', ['c', 'a', 'b'])]));
    const told: RankResult[] = [];
    lists.subscribe('home', (result) => told.push(result));
    const result = await lists.rank('home', items, 50);
    expect(idsOf(result)).toEqual(['c', 'a', 'b']);
    expect(told).toEqual([result]);
    expect(mirror.get('home')).toHaveLength(15);
  });

  test('a late answer is the shop’s order with a code, and goes to subscribers when it comes', async () => {
    vi.useFakeTimers();
    let answer: (results: readonly RankResult[]) => void = () => undefined;
    const { lists } = setUp(() => new Promise((resolve) => (answer = resolve)));
    const told: string[][] = [];
    lists.subscribe('home', (result) => told.push(idsOf(result)));
    const ranked = lists.rank('home', items, 50);
    await vi.advanceTimersByTimeAsync(50);
    const result = await ranked;
    expect([idsOf(result), result.code, result.rung]).toEqual([['a', 'b', 'c'], 'deadline-exceeded', 'shop']);
    answer([resultOf('home', ['b', 'a', 'c'])]);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([['b', 'a', 'c']]);
    vi.useRealTimers();
  });

  test('a dead worker is the shop’s order with its code, and takes no order back', async () => {
    const { lists } = setUp(() => Promise.reject(new SdkError('worker-died', 'gone')));
    lists.publish(resultOf('home', ['b', 'a', 'c']));
    const told: string[][] = [];
    lists.subscribe('home', (result) => told.push(idsOf(result)));
    expect(await lists.rank('home', items, 50)).toMatchObject({ code: 'worker-died', rung: 'shop' });
    expect(told).toEqual([['b', 'a', 'c']]);
  });

  test('what is refused is not asked, and an answer that comes after the refusal counts for nothing', async () => {
    const { lists, asked, refused, mirror } = setUp(() => {
      refused.set('home', 'no-consent');
      return Promise.resolve([resultOf('home', ['c', 'a', 'b'])]);
    });
    expect(await lists.rank('home', items, 50)).toMatchObject({ code: 'no-consent', rung: 'shop' });
    expect(await lists.rank('home', items, 50)).toMatchObject({ code: 'no-consent' });
    expect(asked).toHaveLength(1);
    lists.publish(resultOf('home', ['c', 'a', 'b']));
    expect(mirror.get('home')).toBeUndefined();
  });

  test('revert gives refused lists back to the shop, on the page and in the mirror, and leaves the others', async () => {
    const { lists, refused, mirror } = setUp((requests) => Promise.resolve(requests.map(({ list }) => resultOf(list, ['c', 'b', 'a']))));
    const told: RankResult[] = [];
    await Promise.all(['home', 'more'].map((list) => lists.rank(list, items, 50)));
    lists.subscribe('home', (result) => told.push(result));
    refused.set('home', 'switched-off');
    lists.revert();
    expect(told.map((result) => [idsOf(result).join(''), result.code])).toEqual([
      ['cba', undefined],
      ['abc', 'switched-off'],
    ]);
    expect([mirror.get('home'), mirror.get('more')?.length]).toEqual([undefined, 15]);
  });

  test('the worker gets what ranking may know of an item and nothing else', async () => {
    const { lists, asked } = setUp(() => Promise.resolve([resultOf('home', ['a'])]));
    await lists.rank('home', [{ id: 'a', tags: ['hue:blue'], price: 3, brand: 'N', onClick: () => 1, customer: 'x' } as Item], 50);
    expect(asked[0]).toEqual([{ list: 'home', items: [{ id: 'a', tags: ['hue:blue'], price: 3, brand: 'N' }] }]);
  });

  test('peek answers at once: the last answer, else the mirror, else the shop', () => {
    const { lists, mirror, refused } = setUp();
    expect(lists.peek('home', items)).toMatchObject({ rung: 'shop', items: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
    mirror.save('home', ['b', 'c', 'a']);
    expect(lists.peek('home', items)).toMatchObject({ rung: 'model', items: [{ id: 'b', shopPosition: 1 }, { id: 'c' }, { id: 'a' }] });
    const answer = resultOf('home', ['c', 'b', 'a']);
    lists.publish(answer);
    expect(lists.peek('home', items)).toBe(answer);
    refused.set('home', 'no-consent');
    expect(lists.peek('home', items)).toMatchObject({ rung: 'shop', code: 'no-consent', items: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
  });

  test('a subscriber that throws stops nobody; one that left hears nothing', () => {
    const { lists, thrown } = setUp();
    const told: string[] = [];
    lists.subscribe('home', () => {
      throw new Error('shop');
    });
    const leave = lists.subscribe('home', () => told.push('left'));
    lists.subscribe('home', () => told.push('stayed'));
    leave();
    lists.publish(resultOf('home', ['a']));
    expect([told, thrown.length]).toEqual([['stayed'], 1]);
  });

  test('refresh asks once for all lists that are not refused', async () => {
    const { lists, asked, refused } = setUp((requests) => Promise.resolve(requests.map(({ list }) => resultOf(list, ['a', 'b', 'c']))));
    for (const list of ['home', 'more', 'cart']) await lists.rank(list, items, 50);
    refused.set('cart', 'switched-off');
    lists.refresh();
    expect(asked[3]?.map((request) => request.list)).toEqual(['home', 'more']);
  });
});
