import { el } from '../client/dom.js';
import type { Client, RankResult, TaskView } from '../client/homebody.js';
import { note, strip } from './parts.js';
import { homeShelf, type HomeItem } from './shelf.js';

const SHOWN = 24;
const FAVOURITES = 8;
const patienceMs = 15_000;

type CreateClient = (options: {
  readonly site: string;
  readonly storage: 'memory';
  readonly catalogue: string;
  readonly endpoint: string;
  readonly switchUrl: false;
}) => Client;

/**
 * The first shelf of somebody new, before and after the crowd: as strips, and counted. `/visitor` of the shop's server
 * reads the endpoint's documents for a site of its own and takes no reports: this client could not contribute if it wanted to.
 */
export async function visitorShelves(): Promise<readonly HTMLElement[]> {
  const shop = await homeShelf();
  const address = new URL('/homebody/homebody.js', location.href).href;
  const { createClient } = (await import(/* @vite-ignore */ address)) as { readonly createClient: CreateClient };
  const client = createClient({
    site: 'demo-visitor',
    storage: 'memory',
    catalogue: '/catalogue/manifest.json',
    endpoint: '/visitor',
    switchUrl: false,
  });
  try {
    await client.consent({ personalise: true });
    const status = await client.rounds.refresh();
    const result = await client.rank(
      'home',
      shop.map(({ id, name, cell }) => ({ id, name, categories: [cell] })),
      { deadlineMs: patienceMs },
    );
    return compare(
      shop,
      result,
      status.tasks.find((task) => task.model !== null),
    );
  } finally {
    await client.close();
  }
}

function compare(shop: readonly HomeItem[], result: RankResult, task: TaskView | undefined): readonly HTMLElement[] {
  const itemOf = new Map(shop.map((item) => [item.id, item]));
  const before = shop.slice(0, SHOWN);
  const after = result.items
    .slice(0, SHOWN)
    .map(({ id }) => itemOf.get(id))
    .filter((item) => item !== undefined);
  const rows = [row('The shop’s order', before), row('Their first shelf', after)];
  if (task?.model === null || task === undefined)
    return [
      ...rows,
      note(
        'Nothing to go by yet.',
        'Without a published version a new visitor sees the shop’s own order. Bring a crowd, let the round close, and try again.',
      ),
    ];
  const known = new Set(shop.map(({ cell }) => cell));
  const favourites = new Set(
    task.model.cells
      .filter(({ name }) => known.has(name))
      .toSorted((one, other) => other.prior - one.prior)
      .slice(0, FAVOURITES)
      .map(({ name }) => name),
  );
  const count = (items: readonly HomeItem[]): number => items.filter(({ cell }) => favourites.has(cell)).length;
  return [
    ...rows,
    el(
      'p',
      {},
      `From the crowd’s ${FAVOURITES} favourite groups: `,
      el('b', {}, `${count(before)} of ${SHOWN} before, ${count(after)} after`),
      `. Version ${task.model.version}, ${task.model.reports.toLocaleString('en-GB')} votes; this visitor sent nothing and keeps nothing.`,
    ),
  ];
}

const row = (label: string, items: readonly HomeItem[]): HTMLElement =>
  el(
    'div',
    { class: 'hp-compare' },
    el('span', {}, label),
    strip(
      `${label}: ${items.map(({ name }) => name).join(', ')}`,
      items.map(({ hex }) => hex),
    ),
  );
