import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Demo } from '../demo/start.js';
import { launchBrowser } from './support/browser.js';
import { startBuiltDemo } from './support/demo.js';
import { listenTo, startFaultShop } from './support/fault-page.js';
import { choose, enterShop, hurryTime, isListening, type Shopper } from './support/shopper.js';

/** What a browser can do to a database: each trouble has a code in the status, learning goes on, and nothing stored is deleted. */

const database = 'homebody/demo';

let browser: Browser;
let demo: Demo;
/** A page of the shop that shows no list and so says nothing by itself. */
let quietPage: string;

beforeAll(async () => {
  [browser, demo] = await Promise.all([launchBrowser(), startBuiltDemo()]);
  quietPage = `${demo.shopUrl}about-privacy`;
});
afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

/** A shopper with a consent and `count` events in the profile. */
async function shopperWith(count: number): Promise<Shopper> {
  const shopper = await enterShop(browser, demo);
  await hurryTime(shopper.context);
  await shopper.page.goto(quietPage);
  await choose(shopper.page, { personalise: true });
  await track(shopper.page, 'before', count);
  await shopper.page.evaluate(() => window.homebody.flush());
  expect(await eventCountOf(shopper.page)).toBe(count);
  return shopper;
}

function track(page: Page, name: string, count: number): Promise<void> {
  return page.evaluate(
    ([prefix, many]) => {
      for (let at = 0; at < many; at++) window.homebody.track({ type: 'click', items: [{ id: `${prefix}-${at}`, categories: ['Lamps'] }] });
    },
    [name, count] as const,
  );
}

const eventCountOf = (page: Page): Promise<number> => page.evaluate(async () => (await window.homebody.profile.get()).eventCount);

async function hasTrouble(page: Page, code: string, isDurable: boolean): Promise<void> {
  await page.waitForFunction(
    ([wanted, durable]) => {
      const status = window.homebody.status?.();
      return status?.phase === 'ready' && status.error?.code === wanted && status.durable === durable;
    },
    [code, isDurable] as const,
    { timeout: 20_000 },
  );
}

const statusOf = (page: Page) =>
  page.evaluate(() => {
    const { phase, durable, error } = window.homebody.status();
    return { phase, durable, code: error?.code ?? null };
  });

/** The profile lives in memory: it learns, says so, and the shop's page is none the worse. */
async function expectLearningInMemory({ page, pageErrors }: Shopper, code: string): Promise<void> {
  // A worker that lost its database is noticed by whoever asks it next.
  await track(page, 'first', 1);
  await hasTrouble(page, code, false);
  await page.evaluate(() => window.homebody.flush());
  const before = await eventCountOf(page);
  await track(page, 'in-memory', 5);
  await page.evaluate(() => window.homebody.flush());
  expect(await eventCountOf(page)).toBe(before + 5);
  expect(await statusOf(page)).toEqual({ phase: 'ready', durable: false, code });
  expect(pageErrors).toEqual([]);
}

/** @returns how many events the records of the stored log hold, read past Homebody */
function storedEvents(page: Page): Promise<number> {
  return page.evaluate(
    (name) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.addEventListener('error', () => reject(new Error(String(opening.error))));
        opening.addEventListener('success', () => {
          const reading = opening.result.transaction('log').objectStore('log').getAll();
          reading.addEventListener('success', () => {
            opening.result.close();
            resolve(reading.result.reduce((total: number, { eventIds }) => total + eventIds.length, 0));
          });
        });
      }),
    database,
  );
}

describe('disk full', () => {
  /** Chromium asks again how much room there is only when what it remembers is used up: a limit is set before the first write. */
  async function limitQuota(context: BrowserContext, page: Page, quotaSize: number): Promise<() => Promise<unknown>> {
    const session = await context.newCDPSession(page);
    const { origin } = new URL(demo.shopUrl);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
    return () => session.send('Storage.overrideQuotaForOrigin', { origin });
  }

  /** The shop's own data takes what room is left, to the last hundred bytes. */
  const fill = (page: Page): Promise<void> =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('of-the-shop', 1);
          opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore('things', { autoIncrement: true }));
          opening.addEventListener('success', () => {
            const put = (size: number): void => {
              const transaction = opening.result.transaction('things', 'readwrite');
              transaction.objectStore('things').put(new Uint8Array(size));
              transaction.addEventListener('complete', () => put(size));
              transaction.addEventListener('abort', () => {
                if (size > 100) return put(Math.floor(size / 4));
                opening.result.close();
                resolve();
              });
            };
            put(100_000);
          });
        }),
    );

  test('at work: storage-full, events wait in the page, lists are ranked, and all is in once when there is room', async () => {
    await using shopper = await enterShop(browser, demo);
    const { page, context } = shopper;
    await page.goto(quietPage);
    const giveRoom = await limitQuota(context, page, 1_000_000);
    await choose(page, { personalise: true });
    await track(page, 'before', 10);
    await page.evaluate(() => window.homebody.flush());
    await fill(page);
    await track(page, 'late', 20);
    await hasTrouble(page, 'storage-full', true);
    expect(await storedEvents(page)).toBe(10);
    expect(await eventCountOf(page)).toBe(10);
    const rankedCode = () =>
      page.evaluate(async () => {
        const items = (await (await fetch('/shelf/home.json')).json()) as readonly { readonly id: string }[];
        const { code = 'none' } = await window.homebody.rank('any', items, { deadlineMs: 5000 });
        return code;
      });
    await expect.poll(rankedCode, { timeout: 10_000 }).toBe('none');
    await giveRoom();
    await page.evaluate(() => window.homebody.flush());
    expect(await statusOf(page)).toEqual({ phase: 'ready', durable: true, code: null });
    expect(await eventCountOf(page)).toBe(30);
    expect(await storedEvents(page)).toBe(30);
    expect(shopper.pageErrors).toEqual([]);
  });

  test('from the start: storage-full, and nothing of the first visit is lost once there is room', async () => {
    await using shopper = await enterShop(browser, demo);
    const { page, context } = shopper;
    await page.goto(quietPage);
    const giveRoom = await limitQuota(context, page, 1);
    await choose(page, { personalise: true });
    await track(page, 'first', 5);
    await hasTrouble(page, 'storage-full', true);
    expect(await eventCountOf(page)).toBe(0);
    await giveRoom();
    await page.evaluate(() => window.homebody.flush());
    expect(await statusOf(page)).toEqual({ phase: 'ready', durable: true, code: null });
    expect(await storedEvents(page)).toBe(5);
    expect(shopper.pageErrors).toEqual([]);
  });
});

describe('another tab', () => {
  test('with a newer SDK moves the schema on: schema-newer at once, memory, and what is stored stays', async () => {
    await using shopper = await shopperWith(10);
    const other = await shopper.context.newPage();
    await other.goto(`${demo.shopUrl}homebody.json`);
    await other.evaluate(
      (name) =>
        new Promise((resolve) => {
          const opening = indexedDB.open(name, 99);
          opening.addEventListener('success', () => resolve(opening.result.close()));
        }),
      database,
    );
    await expectLearningInMemory(shopper, 'schema-newer');
    expect(await storedEvents(other)).toBe(10);
    await shopper.page.reload();
    await expectLearningInMemory(shopper, 'schema-newer');
    expect(await storedEvents(other)).toBe(10);
  });

  test('that holds a deletion up blocks the opening: storage-blocked after three seconds, and memory until then', async () => {
    await using shopper = await shopperWith(10);
    const other = await shopper.context.newPage();
    await other.goto(`${demo.shopUrl}homebody.json`);
    await shopper.page.close();
    // It does not listen to `versionchange`, and whoever opens waits behind the deletion, without an event.
    await other.evaluate(
      (name) =>
        new Promise<void>((resolve) => {
          const opening = indexedDB.open(name);
          opening.addEventListener('success', () => {
            (window as { held?: IDBDatabase }).held = opening.result;
            indexedDB.deleteDatabase(name).addEventListener('blocked', () => resolve());
          });
        }),
      database,
    );
    const page = await shopper.context.newPage();
    await page.goto(quietPage);
    await expectLearningInMemory({ ...shopper, page }, 'storage-blocked');
  });

  test('that keeps the database open delays an erasure: storage-blocked, and not silence', async () => {
    await using shopper = await shopperWith(10);
    const other = await shopper.context.newPage();
    await other.goto(`${demo.shopUrl}homebody.json`);
    await other.evaluate(
      (name) =>
        new Promise<void>((resolve) => {
          const opening = indexedDB.open(name);
          opening.addEventListener('success', () => {
            (window as { held?: IDBDatabase }).held = opening.result;
            resolve();
          });
        }),
      database,
    );
    const code = await shopper.page.evaluate(() => window.homebody.profile.erase().then(String, (error: { code: string }) => error.code));
    expect(code).toBe('storage-blocked');
    await other.close();
    // As the message says: the browser deletes it when that tab closes.
    await expect
      .poll(() => shopper.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), { timeout: 10_000 })
      .not.toContain(database);
  });
});

test('site data that the browser clears: what was stored is gone, and learning goes on durably', async () => {
  await using shopper = await shopperWith(10);
  const { page, context } = shopper;
  const session = await context.newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin: new URL(demo.shopUrl).origin, storageTypes: 'indexeddb' });
  await track(page, 'after', 5);
  await page.evaluate(() => window.homebody.flush());
  await isListening(page);
  expect(await statusOf(page)).toEqual({ phase: 'ready', durable: true, code: null });
  expect(await eventCountOf(page)).toBe(5);
  expect(await storedEvents(page)).toBe(5);
});

test.each([
  ['a snapshot', 'profile', 'latest', { logPosition: 1, atMs: 0, eventCount: 1, linearIndices: 'torn', weights: null }],
  ['a log record', 'log', undefined, { position: 1, atMs: 0, eventIds: ['torn'], events: null, patch: 7, modelVersion: 0 }],
] as const)('%s that is corrupt: storage-corrupt, memory, and nothing is deleted', async (_what, store, key, value) => {
  await using shopper = await shopperWith(10);
  const { page } = shopper;
  const other = await shopper.context.newPage();
  await other.goto(`${demo.shopUrl}homebody.json`);
  await page.close();
  const keysOf = () =>
    other.evaluate(
      ([name, among, at, torn]) =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open(name);
          opening.addEventListener('success', () => {
            const transaction = opening.result.transaction(among, 'readwrite');
            transaction.objectStore(among).put(torn, at);
            const counting = transaction.objectStore(among).count();
            transaction.addEventListener('error', () => reject(new Error(String(transaction.error))));
            transaction.addEventListener('complete', () => {
              opening.result.close();
              resolve(counting.result);
            });
          });
        }),
      [database, store, key, value] as const,
    );
  const before = await keysOf();
  const next = await shopper.context.newPage();
  await next.goto(quietPage);
  await expectLearningInMemory({ ...shopper, page: next }, 'storage-corrupt');
  expect(await keysOf()).toBe(before);
});

test('a private window that refuses databases: storage-unavailable, and a profile in memory that says so', async () => {
  await using shop = await startFaultShop();
  await using context = await browser.newContext();
  const heard = await listenTo(context);
  const page = await context.newPage();
  await page.goto(shop.url);
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const found = await page.evaluate(async (all) => {
    const mine = await window.openWorker('private', '/refusing.js');
    await mine.send(0, all, 2);
    return { opened: mine.opened, view: await mine.call('profile') };
  }, ids);
  expect(found.opened).toMatchObject({ durable: false, notices: [{ code: 'storage-unavailable' }] });
  expect(found.view).toMatchObject({ durable: false, eventCount: 5 });
  expect([...heard.acknowledged]).toEqual(ids);
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});
