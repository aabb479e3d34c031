import { expect, test, vi } from 'vitest';

vi.mock('./page/worker-source.js', () => ({ default: '' }));

const entry = await import('./index.js');

test('the public names are these; a change of them is a change of the contract', () => {
  expect(Object.keys(entry).sort()).toEqual(['SdkError', 'createClient']);
});

test('on a server the client is inert: it answers the shop’s order, keeps nothing and never throws', async () => {
  const client = entry.createClient({ site: 'shop', dataLayer: true });
  client.track({ type: 'view', items: [{ id: 'a' }] });
  await client.flush();
  expect(await client.rank('home', [{ id: 'a' }, { id: 'b' }])).toMatchObject({
    code: 'no-consent',
    rung: 'shop',
    items: [{ id: 'a' }, { id: 'b' }],
  });
  expect(client.peek('home', [{ id: 'a' }])).toMatchObject({ rung: 'shop' });
  expect(client.status().phase).toBe('idle');
  await expect(client.profile.get()).rejects.toMatchObject({ code: 'no-consent' });
  await client.close();
  expect(client.status().phase).toBe('closed');
});

test('the client’s methods are these', () => {
  const client = entry.createClient({ site: 'shop' });
  const names = Object.entries(client).flatMap(([name, value]) =>
    typeof value === 'object' ? Object.keys(value as object).map((inner) => `${name}.${inner}`) : [name],
  );
  expect(names.sort()).toEqual([
    'close',
    'consent',
    'engine.choose',
    'engine.killWorker',
    'engine.loseGpu',
    'engine.race',
    'engine.report',
    'flush',
    'onStatus',
    'pause',
    'peek',
    'profile.erase',
    'profile.export',
    'profile.forget',
    'profile.get',
    'rank',
    'rounds.refresh',
    'rounds.status',
    'rounds.subscribe',
    'site',
    'status',
    'subscribe',
    'track',
    'why',
  ]);
});

test('a mistake in the options is thrown at once, with what was expected', () => {
  expect(() => entry.createClient({ site: 'My Shop' })).toThrow(expect.objectContaining({ code: 'invalid-options' }));
});
