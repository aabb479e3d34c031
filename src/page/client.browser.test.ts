import { describe, expect, test, vi } from 'vitest';
import type { WorkerOptions } from '../worker/api/worker-api.js';
import { click, items, pause, setUp } from './client-setup.contract.js';

/** What consent, withdrawal, erasure and the shop's switch do to a client. */

describe('before consent', () => {
  test('there is no database, no key, no worker and no request; events wait in memory', async () => {
    const { client, told, keys, site } = setUp({ switchUrl: '/homebody.json?before' });
    client.track(click('a'));
    expect(await client.rank('home', items)).toMatchObject({ code: 'no-consent', rung: 'shop' });
    await expect(client.profile.get()).rejects.toMatchObject({ code: 'no-consent' });
    client.pause(true);
    client.pause(false);
    await client.flush();
    await pause(250); // more than twice the flush interval
    expect(told).toEqual([]);
    expect(keys()).toEqual([]);
    expect((await indexedDB.databases()).filter(({ name }) => name?.includes(site))).toEqual([]);
    expect(performance.getEntriesByType('resource').filter(({ name }) => /homebody\.json\?before|blob:/.test(name))).toEqual([]);
    expect(client.status()).toMatchObject({ phase: 'idle', consent: { personalise: false, contribute: false } });
  });

  test('a first no forgets what waited; a word on contribute alone does not', async () => {
    const { client, tracked } = setUp();
    client.track(click('before the no'));
    await client.consent({ personalise: false });
    client.track(click('after'));
    await client.consent({ contribute: false });
    await client.consent({ personalise: true });
    await client.flush();
    await tracked('after');
  });

  test('a no stores nothing', async () => {
    const { client, keys, told } = setUp();
    await client.consent({ personalise: false, contribute: false });
    expect([keys(), told]).toEqual([[], []]);
  });
});

describe('after consent', () => {
  test('what waited is learned, the yes is one key, and the next page starts by itself', async () => {
    const { client, make, events, tracked, keys, asked, site } = setUp();
    client.track(click('a'));
    await client.consent({ personalise: true });
    await client.flush();
    await tracked('a');
    expect(events()[0]?.[0]?.id).toMatch(/^[0-9a-f]{32}$/);
    expect(keys()).toEqual([`homebody/${site}/consent`]);
    expect(client.status()).toMatchObject({ phase: 'ready', durable: true, engine: 'reference' });
    const next = make();
    await vi.waitFor(() => expect(next.status()).toMatchObject({ phase: 'ready', bytesSent: 42 }));
    await vi.waitFor(() =>
      expect(asked('open').map((each) => (each.args[0] as WorkerOptions).consent)).toEqual(
        ['the first page', 'the next'].map(() => ({ personalise: true, contribute: false })),
      ),
    );
  });

  test('an order is ranked, mirrored and known to the next page at once', async () => {
    const { client, make, keys, site } = setUp();
    await client.consent({ personalise: true });
    expect((await client.rank('home', items, { deadlineMs: 5000 })).items.map((item) => item.id)).toEqual(['c', 'b', 'a']);
    expect(keys().sort()).toEqual([`homebody/${site}/consent`, `homebody/${site}/order`]);
    expect(
      make()
        .peek('home', items)
        .items.map((item) => item.id),
    ).toEqual(['c', 'b', 'a']);
  });

  test('events of one page go in one batch, in order, within 100 ms of idle time', async () => {
    const { client, events } = setUp();
    await client.consent({ personalise: true });
    for (const id of ['a', 'b', 'c']) client.track(click(id));
    await vi.waitFor(() => expect(events()).toHaveLength(1));
    expect(events()[0]?.map((queued) => queued.event.items?.[0]?.id)).toEqual(['a', 'b', 'c']);
  });

  test('pause records nothing until it ends', async () => {
    const { client, tracked } = setUp();
    await client.consent({ personalise: true });
    client.pause(true);
    client.track(click('a'));
    client.pause(false);
    client.track(click('b'));
    await client.flush();
    await tracked('b');
  });

  test('nothing that track is given is thrown into the page', async () => {
    const { client, errors } = setUp();
    const cyclic: Record<string, unknown> = { type: 'view' };
    cyclic['items'] = [cyclic];
    client.track(cyclic as never);
    client.track(undefined as never);
    client.track({ type: 'view', value: 1n } as never);
    expect(errors.map((error) => error.code)).toEqual(['internal', 'internal']);
  });

  test('contribute is told to the worker only when the switch is known to allow it', async () => {
    const { client, asked } = setUp({ switchUrl: 'data:application/json,{"rounds":true}' });
    await client.consent({ personalise: true, contribute: true });
    await vi.waitFor(() =>
      expect([
        ...asked('open').map((each) => (each.args[0] as WorkerOptions).consent),
        ...asked('setConsent').map((each) => each.args[0]),
      ]).toContainEqual({ personalise: true, contribute: true }),
    );
    const off = setUp({ switchUrl: 'data:application/json,{"rounds":false}' });
    await off.client.consent({ personalise: true, contribute: true });
    await pause(100);
    expect(JSON.stringify(off.told)).not.toContain('"contribute":true');
  });

  test('under Global Privacy Control contribute is never on', async () => {
    Object.defineProperty(navigator, 'globalPrivacyControl', { value: true, configurable: true });
    try {
      const { client, errors, told } = setUp();
      await client.consent({ personalise: true, contribute: true });
      await pause(50);
      expect(client.status().consent).toEqual({ personalise: true, contribute: false });
      expect(errors.map((error) => error.code)).toContain('gpc-refused');
      expect(JSON.stringify(told)).not.toContain('"contribute":true');
    } finally {
      Reflect.deleteProperty(navigator, 'globalPrivacyControl');
    }
  });

  test('memory keeps nothing on the device and never contributes', async () => {
    const { client, keys, asked } = setUp({ storage: 'memory' });
    await client.consent({ personalise: true, contribute: true });
    await client.rank('home', items, { deadlineMs: 5000 });
    expect(keys()).toEqual([]);
    expect(client.status().consent).toEqual({ personalise: true, contribute: false });
    await vi.waitFor(() => expect(asked('open')[0]?.args[0]).toMatchObject({ storage: 'memory', consent: { contribute: false } }));
  });
});

describe('withdrawal, erasure and the switch', () => {
  test('a withdrawal stops at once, gives the lists back and leaves no key', async () => {
    const { client, keys, asked } = setUp();
    await client.consent({ personalise: true });
    await client.rank('home', items, { deadlineMs: 5000 });
    const seen: string[] = [];
    client.subscribe('home', (result) => seen.push(`${result.items.map((item) => item.id).join('')} ${result.code ?? ''}`));
    await client.consent({ personalise: false });
    expect(seen).toEqual(['cba ', 'abc no-consent']);
    expect([keys(), client.status().phase]).toEqual([[], 'idle']);
    await vi.waitFor(() => expect(asked('setConsent').at(-1)?.args[0]).toEqual({ personalise: false, contribute: false }));
    const before = asked('ingest').length;
    client.track(click('x'));
    await pause(200);
    expect(asked('ingest')).toHaveLength(before);
  });

  test('who changes their mind at once is learned from again', async () => {
    const { client, tracked } = setUp();
    await client.consent({ personalise: true });
    const no = client.consent({ personalise: false });
    const yes = client.consent({ personalise: true });
    await Promise.all([no, yes]);
    expect(client.status()).toMatchObject({ phase: 'ready', consent: { personalise: true } });
    client.track(click('a'));
    await client.flush();
    await tracked('a');
  });

  test('a withdrawal in one tab stops the other', async () => {
    const { client, make } = setUp();
    await client.consent({ personalise: true });
    const frame = document.createElement('iframe');
    document.body.append(frame);
    frame.contentWindow!.localStorage.removeItem(`homebody/${client.site}/consent`); // storage events go to the other windows
    await vi.waitFor(() => expect(client.status()).toMatchObject({ phase: 'idle', consent: { personalise: false } }));
    frame.remove();
    expect(make().status().phase).toBe('idle');
  });

  test('erase removes every key and ends the worker; the client can be used again', async () => {
    const { client, keys, asked, tracked } = setUp({ switchUrl: 'data:application/json,{"rollout":99.999999}' });
    await client.consent({ personalise: true });
    await client.rank('home', items, { deadlineMs: 5000 });
    await vi.waitFor(() => expect(keys()).toHaveLength(3)); // consent, order, coin
    await client.profile.erase();
    expect([keys(), client.status().phase]).toEqual([[], 'idle']);
    await vi.waitFor(() => expect(asked('erase')).toHaveLength(1));
    await client.consent({ personalise: true });
    client.track(click('again'));
    await client.flush();
    await tracked('again');
  });

  test('switched off: the shop’s order, no mirror, the consent stays', async () => {
    const { client, keys, site, errors } = setUp({ switchUrl: 'data:application/json,{"enabled":false}' });
    await client.consent({ personalise: true });
    await vi.waitFor(() => expect(client.status().phase).toBe('off'));
    expect(await client.rank('home', items)).toMatchObject({ code: 'switched-off', rung: 'shop' });
    expect(keys()).toEqual([`homebody/${site}/consent`]);
    expect(errors.map((error) => error.code)).toContain('switched-off');
  });

  test('rollout 0 is off, and the coin is thrown once', async () => {
    const { client, make, site } = setUp({ switchUrl: 'data:application/json,{"rollout":0}' });
    await client.consent({ personalise: true });
    await vi.waitFor(() => expect(client.status().phase).toBe('off'));
    const coin = localStorage.getItem(`homebody/${site}/coin`);
    expect(Number(coin)).toBeGreaterThanOrEqual(0);
    const next = make();
    await vi.waitFor(() => expect(next.status().phase).toBe('off'));
    expect(localStorage.getItem(`homebody/${site}/coin`)).toBe(coin);
  });

  test('lists that the switch does not name stay the shop’s', async () => {
    const { client } = setUp({ switchUrl: 'data:application/json,{"lists":["home"],"engine":"webgl"}' });
    await client.consent({ personalise: true });
    await vi.waitFor(() => expect(client.status().engine).toBe('webgl'));
    expect(await client.rank('more', items)).toMatchObject({ code: 'switched-off' });
    expect(await client.rank('home', items, { deadlineMs: 5000 })).not.toHaveProperty('code');
  });
});
