import { afterEach, expect, test } from 'vitest';
import { createOrderMirror } from './page/order-mirror.js';
import { siteStorage } from './page/site-storage.js';

/** Runs the snippet as an inline script of a page would: `document.currentScript` is its own tag. */
async function runSnippet(site: string): Promise<void> {
  const tag = document.createElement('script');
  tag.dataset['site'] = site;
  Object.defineProperty(document, 'currentScript', { value: tag, configurable: true });
  try {
    await import(/* @vite-ignore */ `./snippet.ts?run=${crypto.randomUUID()}`);
  } finally {
    Reflect.deleteProperty(document, 'currentScript');
  }
}

const mirror = createOrderMirror(siteStorage('shop', () => localStorage));
const order = (list: string): string =>
  [...document.querySelectorAll<HTMLElement>(`[data-homebody-list="${list}"] > *`)]
    .map((card) => card.dataset['homebodyItem'] ?? '-')
    .join('');
const list = (id: string, ids: string, attributes = ''): string =>
  `<ul data-homebody-list="${id}" ${attributes}>${ids
    .split('')
    .map((each) => `<li data-homebody-item="${each}">${each}</li>`)
    .join('')}</ul>`;

afterEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

test('puts each list into its mirrored order and leaves the shop’s order for the renderer', async () => {
  mirror.save('home', ['c', 'a']);
  mirror.save('more', ['z', 'y']);
  document.body.innerHTML = list('home', 'abcd') + list('more', 'xyz') + list('new', 'ab');
  await runSnippet('shop');
  expect([order('home'), order('more'), order('new')]).toEqual(['cabd', 'zyx', 'ab']);
  const kept = (document.querySelector('[data-homebody-list="home"]') as HTMLElement & { homebodyShop: HTMLElement[] }).homebodyShop;
  expect(kept.map((card) => card.dataset['homebodyItem']).join('')).toBe('abcd');
});

test('leaves alone a list that is sorted, what is no card, and the lists of another site', async () => {
  mirror.save('home', ['c', 'b', 'a']);
  document.body.innerHTML = list('home', 'abc', 'data-homebody-sorted="price"');
  await runSnippet('shop');
  expect(order('home')).toBe('abc');
  document.body.innerHTML = '<div data-homebody-list="home"><h2></h2><b data-homebody-item="a"></b><b data-homebody-item="c"></b></div>';
  await runSnippet('elsewhere');
  expect(order('home')).toBe('-ac');
  await runSnippet('shop');
  expect(order('home')).toBe('-ca');
});

test('without consent there is nothing to read, and it says nothing; nor when the key is not ours', async () => {
  document.body.innerHTML = list('home', 'abc');
  await runSnippet('shop');
  for (const text of ['{', 'null', '7', '{"home":5}']) {
    localStorage.setItem('homebody/shop/order', text);
    await runSnippet('shop');
  }
  expect(order('home')).toBe('abc');
});
