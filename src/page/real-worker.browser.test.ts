import { afterEach, expect, test, vi } from 'vitest';
import { createClient, type Client, type Item, type SdkError } from '../index.js';

/** The client with the worker that is delivered, over a real database. */

const clients: Client[] = [];
const errors: SdkError[] = [];
const make = (site: string): Client => {
  const client = createClient({ site, switchUrl: false, engine: 'reference', onError: (error) => errors.push(error) });
  clients.push(client);
  return client;
};

const items: readonly Item[] = Array.from({ length: 24 }, (_, i) => ({
  id: `p${i}`,
  name: `Paint ${i}`,
  categories: [i % 4 === 3 ? 'Blue' : 'Red'],
  tags: [i % 4 === 3 ? 'hue:blue' : 'hue:red'],
}));
const isBlue = (id: string): boolean => Number(id.slice(1)) % 4 === 3;
const blues = (ids: readonly string[]): number => ids.slice(0, 6).filter(isBlue).length;
const learn = async (client: Client) => {
  for (const id of ['p3', 'p7', 'p11'])
    client.track({ type: 'click', list: { id: 'home' }, items: [{ id, categories: ['Blue'], tags: ['hue:blue'] }] });
  await client.flush();
};
const rank = async (client: Client) => (await client.rank('home', items, { deadlineMs: 5000 })).items.map((item) => item.id);

afterEach(async () => {
  for (const client of clients.splice(0)) {
    await client.profile.erase();
    await client.close();
  }
});

test('three clicks of one kind move a shelf, on this page and on the next, and a killed worker takes nothing away', async () => {
  const client = make('real-shelf');
  await client.consent({ personalise: true });
  expect(await rank(client)).toEqual(items.map((item) => item.id));
  await learn(client);
  const learned = await rank(client);
  expect(blues(learned)).toBeGreaterThan(blues(items.map((item) => item.id)));
  const hash = (await client.profile.get()).paramsHash;
  client.engine.killWorker();
  expect((await client.profile.get()).paramsHash).toBe(hash);
  const next = make('real-shelf');
  expect(await rank(next)).toEqual(learned);
  expect((await next.profile.get()).eventCount).toBe(3);
});

test('forgetting gives the shop’s order back to those who subscribed', async () => {
  const client = make('real-forget');
  await client.consent({ personalise: true });
  await rank(client);
  await learn(client);
  const seen: string[][] = [];
  client.subscribe('home', (result) => seen.push(result.items.map((item) => item.id)));
  await client.profile.forget({ before: Date.now() + 1 });
  await vi.waitFor(() => expect(seen.at(-1)).toEqual(items.map((item) => item.id)));
});

test('erase leaves no database of the site, also after a withdrawal', async () => {
  const client = make('real-erase');
  const databases = async () => (await indexedDB.databases()).filter(({ name }) => name?.includes('real-erase'));
  await client.consent({ personalise: true });
  await learn(client);
  expect(await databases()).toHaveLength(1);
  await client.consent({ personalise: false });
  expect(await databases()).toHaveLength(1);
  await client.profile.erase();
  expect(await databases()).toEqual([]);
  expect(client.status().phase).toBe('idle');
});
