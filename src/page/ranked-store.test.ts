import { describe, expect, test } from 'vitest';
import type { Item } from '../core/item.js';
import type { RankResult } from '../worker/api/worker-api.js';
import { createRankedStore } from './ranked-store.js';

interface Paint extends Item {
  readonly hex: string;
}

const items: readonly Paint[] = ['a', 'b', 'c'].map((id) => ({ id, hex: `#${id}` }));

function resultOf(ids: readonly string[], more: Partial<RankResult> = {}): RankResult {
  return {
    list: 'home',
    items: ids.map((id) => ({ id, score: 0, shopPosition: 0, reason: `because of ${id}` })),
    rung: 'model',
    revision: 1,
    matched: 3,
    unmatched: 0,
    ...more,
  };
}

function setUp(peeked: RankResult, updates: 'ask' | 'follow' = 'ask', ranked: RankResult = resultOf([], { code: 'deadline-exceeded' })) {
  let listener: (result: RankResult) => void = () => undefined;
  let asked = 0;
  const client = {
    peek: () => peeked,
    rank: () => (asked++, Promise.resolve(ranked)),
    subscribe: (_: string, next: (result: RankResult) => void) => {
      listener = next;
      return () => (listener = () => undefined);
    },
  };
  const store = createRankedStore(client, 'home', items, updates, undefined);
  return { store, tell: (result: RankResult) => listener(result), asked: () => asked };
}

const ids = (store: { get(): { items: readonly Item[] } }) =>
  store
    .get()
    .items.map((item) => item.id)
    .join('');

describe('the ranked store', () => {
  test('shows what is known before anything is asked, with the shop’s own objects', () => {
    const { store, asked } = setUp(resultOf(['c', 'a', 'b']));
    expect(store.get().items).toEqual([items[2], items[0], items[1]]);
    expect(store.get()).toBe(store.get());
    expect(asked()).toBe(0);
  });

  test('a newer order waits until it is asked for, and only then becomes what is shown', () => {
    const { store, tell } = setUp(resultOf(['a', 'b', 'c']));
    let renders = 0;
    store.subscribe(() => renders++);
    tell(resultOf(['c', 'b', 'a']));
    expect([ids(store), store.get().hasUpdate, renders]).toEqual(['abc', true, 1]);
    tell(resultOf(['b', 'c', 'a']));
    expect([ids(store), renders]).toEqual(['abc', 1]);
    store.get().showUpdate();
    expect([ids(store), store.get().hasUpdate, store.get().reasonOf('b'), renders]).toEqual(['bca', false, 'because of b', 2]);
  });

  test('the same order with other reasons is no movement and is shown at once', () => {
    const { store, tell } = setUp(resultOf(['a', 'b', 'c']));
    store.subscribe(() => undefined);
    tell({
      ...resultOf(['a', 'b', 'c']),
      items: [
        { id: 'a', score: 0, shopPosition: 0, reason: 'new' },
        { id: 'b', score: 0, shopPosition: 1 },
        { id: 'c', score: 0, shopPosition: 2 },
      ],
    });
    expect([store.get().hasUpdate, store.get().reasonOf('a')]).toEqual([false, 'new']);
  });

  test('`follow` shows each order at once', () => {
    const { store, tell } = setUp(resultOf(['a', 'b', 'c']), 'follow');
    store.subscribe(() => undefined);
    tell(resultOf(['c', 'b', 'a']));
    expect([ids(store), store.get().hasUpdate]).toEqual(['cba', false]);
  });

  test('hydration shows the shop’s order as the server did, and what is known waits', () => {
    const { store, tell } = setUp(resultOf(['c', 'a', 'b']));
    expect(store.getOfServer().items).toEqual(items);
    expect(store.get()).toBe(store.getOfServer());
    store.subscribe(() => undefined);
    tell(resultOf(['c', 'a', 'b']));
    expect([ids(store), store.get().hasUpdate]).toEqual(['abc', true]);
  });

  test('items that an answer leaves out keep their place behind it, strangers are ignored', () => {
    const { store } = setUp(resultOf(['x', 'c']));
    expect(ids(store)).toBe('cab');
  });

  test('an order of other items of the list is no news', () => {
    const { store, tell } = setUp(resultOf(['a', 'b', 'c']));
    store.subscribe(() => undefined);
    tell(resultOf(['x', 'y']));
    expect(store.get().hasUpdate).toBe(false);
  });

  test('a refusal says why; a late answer is no news', async () => {
    const refused = setUp(
      resultOf(['a', 'b', 'c'], { rung: 'shop' }),
      'ask',
      resultOf(['a', 'b', 'c'], { rung: 'shop', code: 'no-consent' }),
    );
    refused.store.subscribe(() => undefined);
    await Promise.resolve();
    await Promise.resolve();
    expect(refused.store.get().code).toBe('no-consent');
    const late = setUp(resultOf(['a', 'b', 'c']));
    late.store.subscribe(() => undefined);
    await Promise.resolve();
    await Promise.resolve();
    expect(late.store.get().code).toBeUndefined();
  });

  test('without a provider it is the shop’s order', () => {
    const store = createRankedStore(null, 'home', items, 'ask', undefined);
    store.subscribe(() => undefined)();
    expect([ids(store), store.get().rung]).toEqual(['abc', 'shop']);
  });
});
