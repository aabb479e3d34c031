import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SdkError } from '../core/errors.js';
import type { QueuedEvent } from '../core/event.js';
import type { WorkerOptions } from '../worker/api/worker-api.js';
import { createPageClient } from './client.js';
import type { Client, ClientOptions } from './client-types.js';
import { fakeWorkerSource, type Told } from './fake-worker.contract.js';

const clients: Client[] = [];
let count = 0;

function setUp(options: Partial<ClientOptions> = {}, tune = '') {
  const site = options.site ?? `site-${count++}`;
  const channel = new BroadcastChannel(`told-${count}-${Math.random()}`);
  const told: Told[] = [];
  channel.addEventListener('message', (event) => told.push(event.data as Told));
  const errors: SdkError[] = [];
  const make = (): Client => {
    const client = createPageClient(
      { switchUrl: false, onError: (error) => errors.push(error), ...options, site },
      { workerSource: fakeWorkerSource(channel.name, tune), chunks: null },
    );
    clients.push(client);
    return client;
  };
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(`homebody/${site}/`));
  const asked = (method: string) => told.filter((each) => each.method === method);
  const events = () => asked('ingest').map((each) => each.args[0] as QueuedEvent[]);
  /** What the worker was asked reaches the test a little later than its answer reaches the client. */
  const tracked = async (...ids: readonly string[]) => {
    await vi.waitFor(() =>
      expect(
        events()
          .flat()
          .map((queued) => queued.event.items?.[0]?.id),
      ).toEqual(ids),
    );
  };
  return { site, make, client: make(), told, asked, events, tracked, errors, keys };
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  localStorage.clear();
  sessionStorage.clear();
});

const items = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
const click = (id: string) => ({ type: 'click', items: [{ id }] }) as const;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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

describe('a page that goes away', () => {
  /** Never acknowledges. */
  const mute = 'api.ingest = () => new Promise(() => {});';
  const kept = (site: string) => sessionStorage.getItem(`homebody/${site}/queue`);
  const leave = () => dispatchEvent(new PageTransitionEvent('pagehide'));

  test('keeps the click that opened the next page; that page sends it under the same id, and forgets it once it is acknowledged', async () => {
    const { client, site, events } = setUp({}, mute);
    await client.consent({ personalise: true });
    client.track(click('last'));
    expect(kept(site)).toBeNull();
    leave();
    expect(JSON.parse(kept(site)!)).toMatchObject([{ event: click('last') }]);
    await vi.waitFor(() => expect(events()).toHaveLength(1));
    client.engine.killWorker(); // as the browser does

    const next = setUp({ site });
    await vi.waitFor(() => expect(next.events().flat()).toEqual(events()[0]));
    await vi.waitFor(() => expect(kept(site)).toBeNull());
  });

  test('keeps nothing without consent, in memory, or where all is acknowledged', async () => {
    const without = setUp();
    without.client.track(click('a'));
    leave();
    const memory = setUp({ storage: 'memory' }, mute);
    await memory.client.consent({ personalise: true });
    memory.client.track(click('a'));
    leave();
    const done = setUp();
    await done.client.consent({ personalise: true });
    done.client.track(click('a'));
    await done.client.flush();
    leave();
    expect(Object.keys(sessionStorage)).toEqual([]);
  });

  test.each(['withdrawal', 'erase', 'a withdrawal in another tab'] as const)('%s removes what is kept', async (way) => {
    const { client, site, make } = setUp({}, mute);
    await client.consent({ personalise: true });
    client.track(click('a'));
    leave();
    expect(kept(site)).not.toBeNull();
    if (way === 'erase') await client.profile.erase();
    else if (way === 'withdrawal') await client.consent({ personalise: false });
    else {
      const text = kept(site)!;
      await client.close();
      sessionStorage.setItem(`homebody/${site}/queue`, text);
      localStorage.removeItem(`homebody/${site}/consent`);
      make();
    }
    expect(kept(site)).toBeNull();
  });

  test('a page that is seen again ranks anew with what another tab has learned meanwhile', async () => {
    const { client } = setUp(
      {},
      `let seen = 0; api.profile = () => (seen++, { eventCount: seen });
       const rank = api.rank; api.rank = (requests) => (seen === 0 ? rank(requests) : rank(requests).map((result) => ({ ...result, revision: 2 })));`,
    );
    await client.consent({ personalise: true });
    const revisions: number[] = [];
    client.subscribe('home', (result) => revisions.push(result.revision));
    await client.rank('home', items, { deadlineMs: 5000 });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    await vi.waitFor(() => expect(revisions).toEqual([1, 2]));
  });

  test('a pause keeps it', async () => {
    const { client, site } = setUp({}, mute);
    await client.consent({ personalise: true });
    client.track(click('a'));
    leave();
    client.pause(true);
    expect(kept(site)).not.toBeNull();
  });
});

describe('a worker that dies or may not start', () => {
  test.each(['closed', 'schema-newer', 'storage-unavailable'])(
    'one whose store is gone (%s) is replaced, and what it did not take goes to the next one',
    async (code) => {
      // The store is there only while the page holds a lock.
      const { client, told, events, errors, site } = setUp(
        {},
        `api.ingest = async (events) => { if (!(await navigator.locks.query()).held.length) throw { code: '${code}', message: 'erased by another tab' }; return { ids: events.map((event) => event.id), durable: true, dropped: [] } };`,
      );
      await client.consent({ personalise: true });
      client.track(click('a'));
      await vi.waitFor(() => expect(errors.map((error) => error.code)).toContain('worker-died'));
      await navigator.locks.request(site, () => client.flush());
      await vi.waitFor(() =>
        expect(
          new Set(
            events()
              .flat()
              .map(({ id }) => id),
          ).size,
        ).toBe(1),
      );
      expect(new Set(told.map((each) => each.born)).size).toBeGreaterThan(1);
      expect(client.status()).toMatchObject({ phase: 'ready', error: null });
    },
  );

  test('a full disk is in the status until something is durable again; other errors of a lesson are only told', async () => {
    const { client, errors, site } = setUp(
      {},
      `let code = 'internal';
       api.ingest = async (events) => { if ((await navigator.locks.query()).held.length) return { ids: events.map((event) => event.id), durable: true, dropped: [] };
         const thrown = { code, message: 'no room' }; code = 'storage-full'; throw thrown; };`,
    );
    await client.consent({ personalise: true });
    client.track(click('a'));
    await vi.waitFor(() => expect(errors.map((error) => error.code)).toEqual(['internal']));
    expect(client.status().error).toBeNull();
    await vi.waitFor(() => expect(client.status().error).toMatchObject({ code: 'storage-full', message: 'no room' }));
    expect(errors.map((error) => error.code)).toEqual(['internal', 'storage-full']);
    await navigator.locks.request(site, () => client.flush());
    expect(client.status()).toMatchObject({ phase: 'ready', error: null });
  });

  test('a profile in memory for want of a disk is in the status, and an acknowledgement does not hide it', async () => {
    const { client } = setUp(
      {},
      `const open = api.open; api.open = () => ({ ...open(), durable: false, notices: [{ code: 'storage-blocked', message: 'held' }] });
       api.ingest = (events) => ({ ids: events.map((event) => event.id), durable: false, dropped: [] });`,
    );
    await client.consent({ personalise: true });
    client.track(click('a'));
    await client.flush();
    expect(client.status()).toMatchObject({ phase: 'ready', durable: false, error: { code: 'storage-blocked' } });
  });

  test('an erase is not taken for a lost store: what is asked meanwhile is refused, the erase ends well, and no worker comes back', async () => {
    const { client, told, asked } = setUp(
      {},
      `let gone = false;
       api.erase = () => { gone = true; return new Promise((resolve) => setTimeout(resolve, 100)); };
       api.rank = () => { if (gone) throw { code: 'closed', message: 'erased' }; return new Promise((_, reject) => setTimeout(() => reject({ code: 'closed', message: 'erased' }), 50)); };`,
    );
    await client.consent({ personalise: true });
    const early = client.rank('home', items, { deadlineMs: 5000 });
    const erased = client.profile.erase();
    expect(await client.rank('home', items, { deadlineMs: 5000 })).toMatchObject({ code: 'no-consent' });
    expect((await early).code).toBe('closed');
    await erased;
    await pause(400); // more than the first restart waits
    expect(client.status()).toMatchObject({ phase: 'idle', error: null });
    expect([asked('erase').length, new Set(told.map((each) => each.born)).size]).toEqual([1, 1]);
  });

  test('what it had not acknowledged goes to the next one, under the same ids', async () => {
    // Answers an ingest only while the page holds a lock.
    const { client, told, events, site } = setUp(
      {},
      'const ingest = api.ingest; api.ingest = async (events) => ((await navigator.locks.query()).held.length > 0 ? ingest(events) : new Promise(() => {}));',
    );
    await client.consent({ personalise: true });
    client.track(click('stuck'));
    client.track(click('too'));
    await vi.waitFor(() => expect(events()).toHaveLength(1));
    await navigator.locks.request(site, async () => {
      client.engine.killWorker();
      client.track(click('later'));
      await client.flush();
    });
    const first = events()[0]!;
    await vi.waitFor(() => {
      const again = events().slice(1).flat();
      expect(new Set(again.map((queued) => queued.event.items?.[0]?.id))).toEqual(new Set(['stuck', 'too', 'later']));
      expect(again).toEqual(expect.arrayContaining(first));
    });
    expect(new Set(told.map((each) => each.born)).size).toBe(2);
  });

  test('a kill rejects what waits; the worker comes back by itself, with the lists', async () => {
    const { client, told, asked, errors } = setUp({}, 'api.profile = () => new Promise(() => {});');
    await client.consent({ personalise: true });
    await client.rank('home', items, { deadlineMs: 5000 });
    const waiting = client.profile.get();
    client.engine.killWorker();
    await expect(waiting).rejects.toMatchObject({ code: 'worker-died' });
    expect(client.status()).toMatchObject({ phase: 'starting' });
    await vi.waitFor(() => expect(client.status()).toMatchObject({ phase: 'ready', error: null }));
    expect(new Set(told.map((each) => each.born)).size).toBe(2);
    await vi.waitFor(() => expect(asked('rank')).toHaveLength(2));
    expect(errors.map((error) => error.code)).toContain('worker-died');
  });

  test('a missing worker file falls back to the inlined source, and says so', async () => {
    const { client, errors, asked } = setUp({ workerUrl: '/no-such-worker.js' });
    await client.consent({ personalise: true });
    expect(client.status().phase).toBe('ready');
    await vi.waitFor(() => expect(asked('open')).toHaveLength(1));
    expect(errors[0]).toMatchObject({ code: 'worker-blocked' });
  });

  test('where no worker may start the shop’s order stands, with the reason', async () => {
    const { client, errors } = setUp({}, 'throw new Error("refused here");');
    await client.consent({ personalise: true });
    expect(client.status()).toMatchObject({ phase: 'off', error: { code: 'worker-blocked' } });
    expect(await client.rank('home', items)).toMatchObject({ code: 'worker-blocked', rung: 'shop' });
    await client.flush();
    expect(errors.map((error) => error.code)).toEqual(['worker-blocked']);
  });

  test('a worker that refuses to open for now is tried again', async () => {
    const { client, asked } = setUp(
      {},
      'if (born < 2) { const key = "tries"; api.open = () => { throw { code: "storage-blocked", message: "held" } }; }',
    );
    await client.consent({ personalise: true });
    expect(client.status()).toMatchObject({ phase: 'starting', error: { code: 'storage-blocked' } });
    await vi.waitFor(() => expect(asked('open').length).toBeGreaterThanOrEqual(2), { timeout: 3000 });
  });
});
