import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Item } from '../core/item.js';
import type { RankResult } from '../worker/api/worker-api.js';
import { createFacts } from './facts.js';
import { createRenderer, type Renderer } from './render.js';

/** A client of the test's own: lists get the order that `order` gives them, when `tell` says so. */
function fakeClient() {
  const listeners = new Map<string, (result: RankResult) => void>();
  const asked: { list: string; items: readonly Item[] }[] = [];
  let refusal: RankResult['code'] = 'deadline-exceeded';
  return {
    asked,
    refuse: (code: RankResult['code']) => (refusal = code),
    tell: (list: string, ids: string, more: Partial<RankResult> = {}) => listeners.get(list)?.(resultOf(list, ids, more)),
    client: {
      rank: (list: string, items: readonly Item[]) => {
        asked.push({ list, items });
        return Promise.resolve(resultOf(list, items.map((item) => item.id).join(''), { rung: 'shop', ...(refusal && { code: refusal }) }));
      },
      subscribe: (list: string, listener: (result: RankResult) => void) => {
        listeners.set(list, listener);
        return () => void listeners.delete(list);
      },
    },
  };
}

const usual = 'because you looked at d';
let because = usual;

function resultOf(list: string, ids: string, more: Partial<RankResult>): RankResult {
  const items = ids.split('').map((id) => ({ id, score: 0, shopPosition: 0, ...(id === 'd' && { reason: because }) }));
  return { list, items, rung: 'model', revision: 1, matched: 0, unmatched: 0, ...more };
}

const style =
  '<style>ul{display:grid;grid-template-columns:repeat(3,100px);gap:8px;margin:0;padding:0;list-style:none}li{height:60px;background:#cde}.gone{display:none}</style>';

function shelf(list: string, attributes = '', ids = 'abcdef'): string {
  const cards = ids.split('').map((id) => `<li data-homebody-item="${id}"><a href="#">${id}</a><i data-homebody-why></i></li>`);
  return `<ul id="${list}" data-homebody-list="${list}" ${attributes}>\n${cards.join('\n')}\n</ul>`;
}

let fake: ReturnType<typeof fakeClient>;
let renderer: Renderer | undefined;
let thrown: unknown[] = [];
let root: HTMLElement;

beforeEach(() => {
  root = document.createElement('div');
  document.body.append(root);
  fake = fakeClient();
  thrown = [];
  because = usual;
  scrollTo(0, 0);
});

afterEach(() => {
  renderer?.close();
  root.remove();
  expect(thrown).toEqual([]);
});

function render(html: string, facts = createFacts()): void {
  root.innerHTML = style + html;
  renderer = createRenderer(fake.client, facts, (error) => thrown.push(error));
}

/** The list as the inline snippet left it: the shop's order is a to f. */
function asLeftByTheSnippet(ids: string): void {
  root.innerHTML = `${style}${shelf('home', '', ids)}`;
  const cards = [...list('home').children] as HTMLElement[];
  Object.assign(list('home'), { homebodyShop: 'abcdef'.split('').map((id) => cards.find((card) => card.dataset['homebodyItem'] === id)) });
  renderer = createRenderer(fake.client, createFacts(), (error) => thrown.push(error));
}

const list = (id: string): HTMLElement => document.getElementById(id)!;
const order = (id: string): string =>
  [...list(id).querySelectorAll<HTMLElement>('[data-homebody-item]')].map((card) => card.dataset['homebodyItem']).join('');
/** Ids of the last list that was asked to be ranked. */
const lastAsked = (): string | undefined =>
  fake.asked
    .at(-1)
    ?.items.map((item) => item.id)
    .join('');
const chip = (): HTMLButtonElement | null => document.querySelector('button.homebody-chip');
const frames = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
};

/** Sum of layout shifts while `work` runs, whether there was recent input or not. */
async function shiftsWhile(work: () => Promise<void>): Promise<number> {
  let sum = 0;
  const observer = new PerformanceObserver((entries) => {
    for (const entry of entries.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
  });
  observer.observe({ type: 'layout-shift' });
  await frames(3);
  await work();
  await frames(5);
  for (const entry of observer.takeRecords()) sum += (entry as PerformanceEntry & { value: number }).value;
  observer.disconnect();
  return sum;
}

const far = '<div style="height:4000px"></div>';

describe('a list that the shopper looks at', () => {
  test('is not moved: the chip waits, and applies when it is pressed, without a layout shift', async () => {
    render(`${shelf('home')}<p>below</p>`);
    const shift = await shiftsWhile(async () => {
      fake.tell('home', 'dabcef');
      await frames(2);
      expect(order('home')).toBe('abcdef');
      expect(chip()?.textContent).toBe('Updated for you');
      chip()!.focus();
      chip()!.click();
      await frames(2);
    });
    expect(order('home')).toBe('dabcef');
    expect([chip(), document.activeElement?.id]).toEqual([null, 'home']);
    expect(shift).toBe(0);
  });

  test('says why a card of the last visit’s order stands where it does, while a newer order waits', () => {
    asLeftByTheSnippet('dabcef');
    fake.tell('home', 'fdabce');
    const why = (id: string) => list('home').querySelector(`[data-homebody-item="${id}"] [data-homebody-why]`)!.textContent;
    expect([order('home'), chip() === null]).toEqual(['dabcef', false]);
    expect([why('d'), why('f')]).toEqual(['because you looked at d', '']);
  });

  test('other words for a card that stays where it is wait until it moves or the shopper asks: they could take another line', () => {
    asLeftByTheSnippet('dabcef');
    const why = () => list('home').querySelector('[data-homebody-item="d"] [data-homebody-why]')!.textContent;
    fake.tell('home', 'dabcef');
    because = 'because you looked at many more like d than anybody could count';
    fake.tell('home', 'dabcef');
    fake.tell('home', 'dfabce');
    expect([why(), chip() === null]).toEqual([usual, false]);
    chip()!.click();
    expect(why()).toBe(because);
  });

  test('says nothing on a card that has not moved up yet', () => {
    render(shelf('home'));
    fake.tell('home', 'dabcef');
    expect([order('home'), chip() === null, list('home').querySelector('[data-homebody-reason]')]).toEqual(['abcdef', false, null]);
  });

  test('the probe of the test above does see a shift where one is', async () => {
    render(`${shelf('home')}<p>below</p>`);
    expect(
      await shiftsWhile(async () => {
        list('home').before(Object.assign(document.createElement('div'), { style: 'height:80px' }));
        await frames(2);
      }),
    ).toBeGreaterThan(0);
  });

  test('shows no chip where the order is the one that is there, or only cards out of sight change', async () => {
    render(`${shelf('home')}<style>li:nth-child(n+4){display:none}</style>`);
    fake.tell('home', 'abcdef');
    fake.tell('home', 'abcfed');
    await frames(2);
    expect([chip(), order('home')]).toEqual([null, 'abcfed']);
    fake.tell('home', 'fabced');
    expect([chip() === null, order('home')]).toEqual([false, 'abcfed']);
    fake.tell('home', 'abcdef');
    expect([chip(), order('home')]).toEqual([null, 'abcdef']);
  });

  test('the chip goes where the shop reserved a place, and says what the shop wants', () => {
    render(`<p data-homebody-chip="home" role="status"></p>${shelf('home', 'data-homebody-chip-text="Neu sortiert"')}`);
    fake.tell('home', 'fedcba');
    expect(document.querySelector('[data-homebody-chip="home"] > button')?.textContent).toBe('Neu sortiert');
  });

  test('is changed at once when the shopper asked for it', async () => {
    render(shelf('home'));
    renderer!.expectChange(Promise.resolve());
    fake.tell('home', 'fedcba');
    expect(order('home')).toBe('fedcba');
  });

  test('keeps its order when ranking ends, without a chip; the shop’s comes back when it is out of sight', async () => {
    render(`${shelf('home')}${far}`);
    renderer!.expectChange(Promise.resolve());
    fake.tell('home', 'fedcba');
    await new Promise((resolve) => setTimeout(resolve, 1100)); // what was asked for a second ago is no longer asked for
    fake.tell('home', 'defabc');
    expect(chip()).not.toBeNull();
    fake.tell('home', 'abcdef', { code: 'switched-off', rung: 'shop' });
    expect([order('home'), chip()]).toEqual(['fedcba', null]);
    scrollTo(0, 3000);
    await vi.waitFor(() => expect(order('home')).toBe('abcdef'));
  });
});

describe('a list out of sight', () => {
  test('is changed at once: below the window, or hidden', () => {
    render(`${shelf('hidden', 'class="gone"')}${far}${shelf('below')}`);
    fake.tell('hidden', 'fedcba');
    fake.tell('below', 'fedcba');
    expect([order('hidden'), order('below'), chip()]).toEqual(['fedcba', 'fedcba', null]);
  });

  test('waits while the focus is in it, and changes when the focus leaves', async () => {
    render(`<button>first</button>${far}${shelf('below')}`);
    list('below').querySelector('a')!.focus({ preventScroll: true });
    fake.tell('below', 'fedcba');
    expect(order('below')).toBe('abcdef');
    root.querySelector('button')!.focus({ preventScroll: true });
    await vi.waitFor(() => expect(order('below')).toBe('fedcba'));
    expect(chip()).toBeNull();
  });

  test('that was in sight changes when it leaves the window', async () => {
    render(`${shelf('home')}${far}`);
    await frames(2);
    fake.tell('home', 'fedcba');
    expect(order('home')).toBe('abcdef');
    scrollTo(0, 3000);
    await vi.waitFor(() => expect(order('home')).toBe('fedcba'));
    expect(chip()).toBeNull();
  });

  test('gives way to the shop’s order when ranking is refused, and stands when the worker is only late or dead', () => {
    render(`${far}${shelf('below')}`);
    fake.tell('below', 'fedcba');
    fake.tell('below', 'abcdef', { code: 'deadline-exceeded' });
    fake.tell('below', 'abcdef', { code: 'worker-died' });
    expect(order('below')).toBe('fedcba');
    fake.tell('below', 'abcdef', { code: 'no-consent' });
    expect(order('below')).toBe('abcdef');
  });
});

describe('what a list is', () => {
  test('moved cards say why, and stop saying it', () => {
    render(`${far}${shelf('below')}`);
    fake.tell('below', 'dabcef');
    const card = list('below').querySelector<HTMLElement>('[data-homebody-item="d"]')!;
    expect([card.dataset['homebodyReason'], card.querySelector('[data-homebody-why]')!.textContent]).toEqual([
      'because you looked at d',
      'because you looked at d',
    ]);
    fake.tell('below', 'abcdef', { code: 'switched-off' });
    expect([card.dataset['homebodyReason'], card.querySelector('[data-homebody-why]')!.textContent]).toEqual([undefined, '']);
  });

  test('what is no card keeps its place, white space between cards included', () => {
    render(
      `${far}<div id="below" data-homebody-list="below"><h2>Title</h2><b data-homebody-item="a">a</b> <b data-homebody-item="b">b</b><hr><b data-homebody-item="c">c</b></div>`,
    );
    fake.tell('below', 'cab');
    expect(list('below').innerHTML.replace(/ data-homebody-item="."/g, '')).toBe('<h2>Title</h2><b>c</b> <b>a</b><hr><b>b</b>');
  });

  test('cards that an answer leaves out stand behind it in the shop’s order', () => {
    render(`${far}${shelf('below')}`);
    fake.tell('below', 'xfb');
    expect(order('below')).toBe('fbacde');
  });

  test('the order that the inline snippet found is the shop’s order', () => {
    root.innerHTML = `${style}${far}${shelf('below', '', 'cab')}`;
    const cards = [...list('below').children] as HTMLElement[];
    Object.assign(list('below'), { homebodyShop: ['a', 'b', 'c'].map((id) => cards.find((card) => card.dataset['homebodyItem'] === id)) });
    renderer = createRenderer(fake.client, createFacts(), (error) => thrown.push(error));
    expect(fake.asked[0]?.items.map((item) => item.id)).toEqual(['a', 'b', 'c']);
    expect(order('below')).toBe('cab');
    fake.tell('below', 'abc', { code: 'no-consent' });
    expect(order('below')).toBe('abc');
  });

  test('ranking is off while the shopper has it sorted, and the change is seen at once in both directions', async () => {
    render(shelf('home'));
    renderer!.expectChange(Promise.resolve());
    fake.tell('home', 'fedcba');
    list('home').setAttribute('data-homebody-sorted', 'price');
    await vi.waitFor(() => expect(order('home')).toBe('abcdef'));
    list('home').removeAttribute('data-homebody-sorted');
    await vi.waitFor(() => expect(order('home')).toBe('fedcba'));
  });

  test('a list that the shop sorted itself is left as it is, then is ranked from there', async () => {
    render(shelf('home'));
    renderer!.expectChange(Promise.resolve());
    fake.tell('home', 'fedcba');
    list('home').setAttribute('data-homebody-sorted', 'price');
    const cards = new Map([...list('home').querySelectorAll<HTMLElement>('li')].map((card) => [card.dataset['homebodyItem']!, card]));
    list('home').replaceChildren(...'badcfe'.split('').map((id) => cards.get(id)!));
    await frames(2);
    expect(order('home')).toBe('badcfe');
    list('home').removeAttribute('data-homebody-sorted');
    list('home').replaceChildren(...'cbadef'.split('').map((id) => cards.get(id)!));
    await vi.waitFor(() => expect(lastAsked()).toBe('cbadef'));
  });

  test('cards that “show more” appends are ranked with the others, behind the shop’s order', async () => {
    render(`${far}${shelf('below')}`);
    fake.tell('below', 'fedcba');
    list('below').insertAdjacentHTML('beforeend', '<li data-homebody-item="g"></li>');
    await vi.waitFor(() => expect(lastAsked()).toBe('abcdefg'));
  });

  test('lists that come later are found, lists that go are let go', async () => {
    render(far);
    root.insertAdjacentHTML('beforeend', shelf('late'));
    await vi.waitFor(() => expect(fake.asked.map((each) => each.list)).toEqual(['late']));
    fake.tell('late', 'fedcba');
    expect(order('late')).toBe('fedcba');
    const gone = list('late');
    gone.remove();
    await frames(1);
    fake.tell('late', 'abcdef');
    expect(gone.firstElementChild?.getAttribute('data-homebody-item')).toBe('f');
  });

  test('a refusal without a subscription’s word gives the shop’s order back', async () => {
    fake.refuse('worker-blocked');
    root.innerHTML = `${style}${far}${shelf('below', '', 'cab')}`;
    const cards = [...list('below').children] as HTMLElement[];
    Object.assign(list('below'), { homebodyShop: [cards[1], cards[2], cards[0]] });
    renderer = createRenderer(fake.client, createFacts(), (error) => thrown.push(error));
    await vi.waitFor(() => expect(order('below')).toBe('abc'));
  });
});

describe('what is known of a card', () => {
  test('its attributes, over its JSON, over what GA4 said; an impression of the list ranks it anew', async () => {
    const facts = createFacts();
    facts.learn({ type: 'view', source: 'ga4', items: [{ id: 'a', name: 'GA4', brand: 'GA4', price: 1 }] });
    render(
      `<ul data-homebody-list="home"><li data-homebody-item="a" data-name="Card" data-category="Walls > Blue" data-tags="hue:blue, calm" data-price="3.5" data-homebody-facts='{"brand":"Json","name":"Json"}'></li><li data-homebody-item="b" data-homebody-facts="{" data-price="on request"></li><li data-homebody-item="c" data-price="1.299,00 €"></li></ul>`,
      facts,
    );
    expect(fake.asked[0]?.items[2]).toEqual({ id: 'c', price: 1299 });
    expect(fake.asked[0]?.items[0]).toMatchObject({
      id: 'a',
      name: 'Card',
      brand: 'Json',
      price: 3.5,
      categories: ['Walls', 'Blue'],
      tags: ['hue:blue', 'calm'],
    });
    expect(fake.asked[0]?.items[1]).toEqual({ id: 'b' });
    facts.learn({ type: 'impression', source: 'ga4', list: { id: 'home' }, items: [{ id: 'b', brand: 'Later' }] });
    expect(fake.asked[1]?.items[1]).toMatchObject({ id: 'b', brand: 'Later' });
  });
});
