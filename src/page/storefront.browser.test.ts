import { afterEach, describe, expect, test, vi } from 'vitest';
import { createClient, type Client } from '../index.js';
import { openStorefront, type Storefront } from './storefront.js';

/** The chunk of the script tag with the real client: what `data-holdout` on the tag does. */

const page = globalThis as { dataLayer?: unknown[] };
const thrown: unknown[] = [];
let count = 0;
let client: Client;
let storefront: Storefront;

async function open(data: Readonly<Record<string, string>>): Promise<void> {
  const site = `storefront-${count++}`;
  document.body.insertAdjacentHTML(
    'beforeend',
    `<ul data-homebody-list="home" hidden>${'abcdef'
      .split('')
      .map((id) => `<li data-homebody-item="${id}" data-homebody-category="${id < 'd' ? 'Reds' : 'Blues'}">${id}</li>`)
      .join('')}</ul>`,
  );
  const tag = document.createElement('script');
  Object.assign(tag.dataset, { site, ...data });
  document.head.append(tag);
  page.dataLayer = [];
  client = createClient({ site, switchUrl: false, engine: 'reference' });
  await client.consent({ personalise: true });
  storefront = await openStorefront(client, data['dataLayer'] !== 'off', (error) => thrown.push(error));
}
const look = async (): Promise<void> => {
  for (const name of ['view_item', 'add_to_cart', 'add_to_wishlist'])
    page.dataLayer!.push({ event: name, ecommerce: { items: [{ item_id: 'e', item_category: 'Blues' }] } });
  await client.flush();
};
const order = (): string => [...document.querySelectorAll('[data-homebody-item]')].map((card) => card.textContent).join('');
const arm = () => JSON.parse(localStorage.getItem(`homebody/${client.site}/arm`) ?? 'null') as unknown;
const told = () =>
  page.dataLayer!.map((entry) => Array.from(entry as ArrayLike<unknown>)).filter(([, name]) => name === 'experience_impression');

afterEach(async () => {
  storefront.close();
  await client.profile.erase();
  await client.close();
  document.body.innerHTML = '';
  document.querySelectorAll('script[data-site]').forEach((tag) => tag.remove());
  thrown.splice(0);
});

describe('data-holdout', () => {
  test('all held out: the shop’s order stays while the profile learns and the device counts; GA4 is told the arm', async () => {
    await open({ holdout: '1', experiment: 'autumn' });
    await look();
    expect(arm()).toEqual({ experiment: 'autumn', arm: 'heldout', counts: { view: 1, add_to_cart: 1 } });
    expect((await client.profile.get()).eventCount).toBe(3);
    // What the inline snippet would apply at the next first paint.
    expect(localStorage.getItem(`homebody/${client.site}/order`)).toBeNull();
    expect(await client.rank('home', [{ id: 'a' }, { id: 'b' }], { deadlineMs: 5000 })).toMatchObject({
      rung: expect.not.stringMatching('shop'),
    });
    expect(order()).toBe('abcdef');
    expect(told()).toEqual([['event', 'experience_impression', { exp_variant_string: 'homebody-autumn-heldout' }]]);
  });

  test('nobody held out: the list is arranged as without the experiment', async () => {
    await open({ holdout: '0' });
    await look();
    await vi.waitFor(() => expect(order()[0]).toBe('e'), 5000);
    expect(arm()).toMatchObject({ experiment: 'holdout', arm: 'personalised' });
    expect(told()).toHaveLength(1);
  });

  test('without the attribute there is no coin and no word of it', async () => {
    await open({});
    await look();
    await vi.waitFor(() => expect(order()[0]).toBe('e'), 5000);
    expect([arm(), told()]).toEqual([null, []]);
  });

  test('a wrong share is told, and the list is arranged', async () => {
    await open({ holdout: '10' });
    await look();
    await vi.waitFor(() => expect(order()[0]).toBe('e'), 5000);
    expect(thrown).toMatchObject([{ code: 'invalid-options', message: 'share must be between 0 and 1, got 10' }]);
    expect(arm()).toBeNull();
  });

  test('a shop that keeps its data layer to itself is told nothing there', async () => {
    await open({ holdout: '1', dataLayer: 'off' });
    expect(arm()).toMatchObject({ arm: 'heldout' });
    expect(page.dataLayer).toEqual([]);
  });
});
