import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './support/browser.js';
import { listenTo, seededRandom, startFaultShop, survivedIn, type FaultShop, type Heard } from './support/fault-page.js';
import { createOwnBrowser } from './support/own-browser.js';

/**
 * Deaths at random moments: while the database opens, within a commit, between two, while a snapshot is written, while something is
 * forgotten. After each one a new worker must find every acknowledged event exactly once, and parameters that equal those
 * learned from its log from nothing, bit for bit. `npm run test:full` kills 240 workers, 40 tabs and 20 browsers.
 */

const isFull = process.env['HOMEBODY_FULL'] === '1';
const kills = isFull ? { workers: 240, tabs: 40, browsers: 20 } : { workers: 20, tabs: 4, browsers: 2 };
/** A profile of its own after so many deaths: each check learns all of it again. */
const deathsPerSite = 20;
const eventsPerLife = 48;

let browser: Browser;
let shop: FaultShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([launchBrowser(), startFaultShop()]);
});
afterAll(async () => {
  await browser?.close();
  await shop?.[Symbol.asyncDispose]();
});

/** What one shopper has done so far. */
interface Life {
  readonly site: string;
  readonly sent: string[];
  readonly heard: Heard;
  /** Asked to be forgotten: may be there or not, until the answer. */
  readonly doubtful: Set<string>;
}

const lifeOf = (site: string, heard: Heard): Life => ({ site, sent: [], heard, doubtful: new Set() });

const isWaiting = ({ sent, heard }: Life): boolean => sent.some((id) => !heard.acknowledged.has(id));

/** The next events of a life; those that were never acknowledged come again, as a page sends them. */
function nextOf(life: Life): { readonly first: number; readonly ids: readonly string[] } {
  const first = life.sent.findIndex((id) => !life.heard.acknowledged.has(id) && !life.doubtful.has(id));
  const fresh = Array.from({ length: eventsPerLife }, (_, at) => `${life.site}-${life.sent.length + at}`);
  life.sent.push(...fresh);
  const from = first < 0 ? life.sent.length - eventsPerLife : first;
  return { first: from, ids: life.sent.slice(from) };
}

/** @returns how many acknowledged events were found */
async function expectWhole(page: Page, life: Life): Promise<number> {
  const survived = await survivedIn(page, life.site);
  const stored = new Set(survived.ids);
  expect(stored.size).toBe(survived.ids.length);
  expect(survived.eventCount).toBe(survived.ids.length);
  const due = [...life.heard.acknowledged].filter((id) => id.startsWith(`${life.site}-`) && !life.doubtful.has(id));
  expect(due.filter((id) => !stored.has(id))).toEqual([]);
  const sent = new Set(life.sent);
  expect(survived.ids.filter((id) => !sent.has(id))).toEqual([]);
  expect(survived.paramsHash).toBe(survived.relearnedHash);
  return due.length;
}

async function openPage(context: BrowserContext): Promise<Page> {
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(shop.url);
  return page;
}

test(`every acknowledged event is there once after each of ${kills.workers} killed workers`, { timeout: 600_000 }, async () => {
  const random = seededRandom(1);
  await using context = await browser.newContext();
  const heard = await listenTo(context);
  const page = await openPage(context);
  let life = lifeOf('w0', heard);
  let found = 0;
  let interrupted = 0;
  for (let kill = 0; kill < kills.workers; kill++) {
    if (kill % deathsPerSite === 0) life = lifeOf(`w${kill}`, heard);
    const act = (['ingest', 'ingest', 'close', 'forget', 'open'] as const)[Math.floor(random() * 5)]!;
    const { first, ids } = nextOf(life);
    const forgotten = act === 'forget' ? [...heard.acknowledged].findLast((id) => id.startsWith(`${life.site}-`)) : undefined;
    if (forgotten !== undefined) life.doubtful.add(forgotten);
    await page.evaluate(
      async ([site, start, all, batch, deed, event, delayMs]) => {
        if (deed === 'open') {
          // Dies while it opens: the next worker finds whatever state the database is in.
          const started = Promise.race([window.openWorker(site), new Promise<null>((resolve) => setTimeout(resolve, delayMs * 10, null))]);
          (await started)?.worker.terminate();
          return;
        }
        const mine = await window.openWorker(site);
        void mine.send(start, all, batch);
        if (deed === 'close') void mine.call('close');
        if (event !== undefined) void mine.call('forget', { eventId: event });
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        mine.worker.terminate();
      },
      [life.site, first, ids, 1 + Math.floor(random() * 6), act, forgotten, random() * 80] as const,
    );
    if (isWaiting(life)) interrupted++;
    found = await expectWhole(page, life);
    await page.evaluate(() => window.mine?.worker.terminate());
  }
  console.log(
    `worker terminations: ${kills.workers}, ${interrupted} of them while events were under way; acknowledged events: ${heard.acknowledged.size}, in the last profile ${found}`,
  );
  expect(heard.acknowledged.size).toBeGreaterThan(kills.workers);
  expect(heard.dropped).toEqual([]);
});

test(`every acknowledged event is there once after each of ${kills.tabs} closed tabs`, { timeout: 300_000 }, async () => {
  const random = seededRandom(2);
  await using context = await browser.newContext();
  const heard = await listenTo(context);
  let life = lifeOf('t0', heard);
  let found = 0;
  let interrupted = 0;
  for (let kill = 0; kill < kills.tabs; kill++) {
    if (kill % deathsPerSite === 0) life = lifeOf(`t${kill}`, heard);
    const { first, ids } = nextOf(life);
    const page = await context.newPage();
    await page.goto(shop.url);
    await sendInPassing(page, life.site, first, ids, 1 + Math.floor(random() * 6));
    await new Promise((resolve) => setTimeout(resolve, random() * 40));
    await page.close({ runBeforeUnload: false });
    if (isWaiting(life)) interrupted++;
    const next = await context.newPage();
    await next.goto(shop.url);
    found = await expectWhole(next, life);
    await next.close();
  }
  console.log(
    `tab closes: ${kills.tabs}, ${interrupted} of them while events were under way; acknowledged events: ${heard.acknowledged.size}, in the last profile ${found}`,
  );
  expect(heard.acknowledged.size).toBeGreaterThan(kills.tabs);
  expect(heard.dropped).toEqual([]);
});

test(`every acknowledged event is there once after each of ${kills.browsers} killed browsers`, { timeout: 600_000 }, async () => {
  const random = seededRandom(3);
  await using own = await createOwnBrowser();
  let acknowledged = new Set<string>();
  const sent: string[] = [];
  let found = 0;
  let interrupted = 0;
  for (let kill = 0; kill <= kills.browsers; kill++) {
    const context = await own.start();
    const heard = await listenTo(context);
    acknowledged.forEach((id) => heard.acknowledged.add(id));
    acknowledged = heard.acknowledged;
    const life: Life = { ...lifeOf('b0', heard), sent };
    const page = await openPage(context);
    if (kill > 0) {
      found = await expectWhole(page, life);
      await page.evaluate(() => window.mine?.worker.terminate());
    }
    if (kill === kills.browsers) break;
    const { first, ids } = nextOf(life);
    const before = acknowledged.size;
    await sendInPassing(page, life.site, first, ids, 1 + Math.floor(random() * 6));
    // Every other one strikes once something is acknowledged: there must be something to lose.
    if (kill % 2 === 0) await expect.poll(() => acknowledged.size, { timeout: 10_000, interval: 3 }).toBeGreaterThan(before);
    await new Promise((resolve) => setTimeout(resolve, random() * 100));
    await own.kill();
    if (isWaiting(life)) interrupted++;
    expect(heard.dropped).toEqual([]);
  }
  console.log(
    `browser SIGKILLs: ${kills.browsers}, ${interrupted} of them while events were under way; acknowledged events: ${acknowledged.size}, in the last profile ${found}`,
  );
  expect(acknowledged.size).toBeGreaterThan(0);
});

/** Resolves when the events are on their way. */
function sendInPassing(page: Page, site: string, first: number, ids: readonly string[], batch: number): Promise<void> {
  return page.evaluate(
    async ([name, start, all, size]) => {
      window.mine = await window.openWorker(name);
      void window.mine.send(start, all, size);
    },
    [site, first, ids, batch] as const,
  );
}
