import { act as reactAct, createElement, StrictMode, type ReactNode } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Client, TrackInput } from './page/client-types.js';
import { HomebodyProvider, useRanked, useTrack, type RankedOptions } from './react.js';
import type { RankResult } from './worker/api/worker-api.js';

const products = ['a', 'b', 'c'].map((id) => ({ id, title: `Paint ${id}` }));

function resultOf(ids: string, more: Partial<RankResult> = {}): RankResult {
  return {
    list: 'home',
    items: ids.split('').map((id) => ({ id, score: 0, shopPosition: 0 })),
    rung: 'model',
    revision: 1,
    matched: 3,
    unmatched: 0,
    ...more,
  };
}

function fakeClient(peeked = 'abc') {
  const listeners = new Set<(result: RankResult) => void>();
  const tracked: TrackInput[] = [];
  let ranked = 0;
  const client = {
    peek: () => resultOf(peeked),
    rank: () => (ranked++, Promise.resolve(resultOf('abc', { code: 'deadline-exceeded' }))),
    subscribe: (_: string, listener: (result: RankResult) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    track: (event: TrackInput) => void tracked.push(event),
  };
  return {
    client: client as unknown as Client,
    tracked,
    ranked: () => ranked,
    listeners,
    tell: (ids: string) => act(() => listeners.forEach((listener) => listener(resultOf(ids)))),
  };
}

/** The asynchronous form: effects and what they start are done when it resolves. */
const act = (work: () => void): Promise<void> =>
  reactAct(async () => {
    work();
    await Promise.resolve();
  });

let renders = 0;

function Shelf({ options, items = products }: { readonly options?: RankedOptions; readonly items?: typeof products }): ReactNode {
  renders++;
  const ranked = useRanked('home', items, options);
  const track = useTrack();
  return createElement(
    'div',
    null,
    ranked.hasUpdate && createElement('button', { key: 'chip', onClick: ranked.showUpdate }, 'Updated for you'),
    createElement(
      'ul',
      { key: 'list' },
      ranked.items.map((item) =>
        createElement('li', { key: item.id, onClick: () => track({ type: 'click', items: [{ id: item.id }] }) }, item.title),
      ),
    ),
  );
}

let root: Root | undefined;
let place: HTMLElement;
const order = (): string => [...place.querySelectorAll('li')].map((item) => item.textContent!.at(-1)).join('');

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  place = document.body.appendChild(document.createElement('div'));
  renders = 0;
});

afterEach(async () => {
  await act(() => root?.unmount());
  place.remove();
});

const app = (client: Client, props: Parameters<typeof Shelf>[0] = {}): ReactNode =>
  createElement(HomebodyProvider, { client }, createElement(Shelf, props));

async function mount(node: ReactNode): Promise<void> {
  root = createRoot(place);
  await act(() => root!.render(node));
}

describe('useRanked', () => {
  test('shows what is known in its first render, the shop’s own objects in the shopper’s order', async () => {
    const { client, ranked } = fakeClient('cab');
    await mount(app(client));
    expect([order(), ranked()]).toEqual(['cab', 1]);
  });

  test('a newer order moves nothing until the shopper asks for it', async () => {
    const { client, tell } = fakeClient();
    await mount(app(client));
    await tell('cba');
    expect([order(), place.querySelector('button')?.textContent]).toEqual(['abc', 'Updated for you']);
    await act(() => place.querySelector('button')!.click());
    expect([order(), place.querySelector('button')]).toEqual(['cba', null]);
  });

  test('`follow` shows it at once', async () => {
    const { client, tell } = fakeClient();
    await mount(app(client, { options: { updates: 'follow' } }));
    await tell('cba');
    expect(order()).toBe('cba');
  });

  test('a new array with the same ids asks nothing anew and renders nothing more', async () => {
    const { client, ranked } = fakeClient();
    await mount(app(client));
    const before = renders;
    await act(() => root!.render(app(client, { items: products.map((product) => ({ ...product })) })));
    expect([ranked(), renders - before]).toEqual([1, 1]);
    await act(() => root!.render(app(client, { items: products.slice(1) })));
    expect([ranked(), order()]).toEqual([2, 'bc']);
  });

  test('a server, and the hydration of its HTML, show the shop’s order; what is known waits', async () => {
    const { client, tell } = fakeClient('cab');
    const html = renderToString(app(client));
    expect(html.replace(/<[^>]+>/g, '')).toBe('Paint aPaint bPaint c');
    place.innerHTML = html;
    const problems: unknown[] = [];
    await act(() => {
      root = hydrateRoot(place, app(client), { onRecoverableError: (error) => problems.push(error) });
    });
    expect([order(), problems]).toEqual(['abc', []]);
    await tell('cab');
    expect([order(), place.querySelector('button')?.textContent]).toEqual(['abc', 'Updated for you']);
  });

  test('strict mode and unmounting leave no listener behind', async () => {
    const { client, listeners } = fakeClient();
    await mount(createElement(StrictMode, null, app(client)));
    expect(listeners.size).toBe(1);
    await act(() => root!.unmount());
    expect(listeners.size).toBe(0);
  });

  test('without a provider it is the shop’s order', async () => {
    await mount(createElement(Shelf));
    expect(order()).toBe('abc');
  });
});

test('useTrack records, and is the same function in each render', async () => {
  const { client, tracked } = fakeClient();
  const seen = new Set<unknown>();
  const Probe = (): ReactNode => (seen.add(useTrack()), null);
  await mount(createElement(HomebodyProvider, { client }, createElement(Shelf), createElement(Probe)));
  await act(() => root!.render(createElement(HomebodyProvider, { client }, createElement(Shelf), createElement(Probe))));
  place.querySelectorAll('li')[1]!.click();
  await vi.waitFor(() => expect(tracked).toEqual([{ type: 'click', items: [{ id: 'b' }] }]));
  expect(seen.size).toBe(1);
});
