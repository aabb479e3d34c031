import { describe, expect, test, vi } from 'vitest';
import { click, items, pause, setUp } from './client-setup.contract.js';

/** Pages that go away and workers that die: nothing that was tracked is lost, and the shop's order stands. */

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

  test('an engine that was chosen is the engine of the worker that comes after', async () => {
    const { client, asked } = setUp();
    await client.consent({ personalise: true });
    await client.engine.choose('webgl');
    client.engine.killWorker();
    await vi.waitFor(() => expect(asked('open')).toHaveLength(2), { timeout: 3000 });
    expect(asked('open').map(({ args }) => (args[0] as { engine: string }).engine)).toEqual(['auto', 'webgl']);
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
