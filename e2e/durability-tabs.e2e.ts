import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './support/browser.js';
import { listenTo, seededRandom, startFaultShop, survivedIn, type FaultShop } from './support/fault-page.js';

/**
 * Many tabs of one shopper, closed in the middle of their work and opened again. There is no leader that could die: each tab's
 * worker appends by itself, in a transaction that notices when another was faster. `npm run test:full`: 8 tabs, 500 events each.
 */

const isFull = process.env['HOMEBODY_FULL'] === '1';
const { tabs, events, closesPerTab } = isFull ? { tabs: 8, events: 500, closesPerTab: 6 } : { tabs: 4, events: 60, closesPerTab: 2 };
const site = 'many-tabs';

let browser: Browser;
let shop: FaultShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([launchBrowser(), startFaultShop()]);
});
afterAll(async () => {
  await browser?.close();
  await shop?.[Symbol.asyncDispose]();
});

test(`of ${tabs} tabs with ${events} events each, closed at random, everything is applied exactly once`, { timeout: 600_000 }, async () => {
  const random = seededRandom(4);
  await using context = await browser.newContext();
  const heard = await listenTo(context);
  const idsOf = (tab: number): string[] => Array.from({ length: events }, (_, at) => `tab${tab}-${at}`);
  const all = Array.from({ length: tabs }, (_, tab) => idsOf(tab));
  let closes = 0;
  let resent = 0;

  const live = async (tab: number): Promise<void> => {
    const ids = all[tab]!;
    const furthest = { at: 0 };
    for (let life = 0; ; life++) {
      const first = ids.findIndex((id) => !heard.acknowledged.has(id));
      if (first < 0) return;
      // A tab that is closed has sent its part at most; the last one sends all that is left.
      const isLast = life >= closesPerTab;
      const part = isLast ? ids.slice(first) : ids.slice(first, first + Math.ceil((events / closesPerTab) * (0.3 + random())));
      resent += Math.max(0, Math.min(furthest.at, first + part.length) - first);
      furthest.at = Math.max(furthest.at, first + part.length);
      const page = await context.newPage();
      await page.goto(shop.url);
      await page.evaluate(async (name) => void (window.mine = await window.openWorker(name)), site);
      const batch = 1 + Math.floor(random() * 5);
      const sending = page
        .evaluate(([start, some, size]) => window.mine!.send(start, some, size), [tab * events + first, part, batch] as const)
        .catch((thrown: unknown) => {
          if (!page.isClosed()) throw thrown;
        });
      if (isLast) await sending;
      else {
        const due = ids.slice(first, first + Math.ceil(part.length * random()));
        while (due.some((id) => !heard.acknowledged.has(id))) await new Promise((resolve) => setTimeout(resolve, 3));
        closes++;
        await page.close({ runBeforeUnload: false });
      }
      await sending;
      if (isLast) await page.close();
    }
  };
  const startMs = performance.now();
  await Promise.all(all.map((_, tab) => live(tab)));
  const wallMs = performance.now() - startMs;

  const page = await context.newPage();
  await page.goto(shop.url);
  const survived = await survivedIn(page, site);
  const applied = survived.ids.length;
  const distinct = new Set(survived.ids).size;
  console.log(
    `${tabs} tabs × ${events} events, ${closes} tabs closed at work, ${resent} events sent again: ${applied} applied, ${distinct} distinct, ` +
      `${heard.acknowledged.size} acknowledged, in ${(wallMs / 1000).toFixed(1)} s`,
  );
  expect(applied).toBe(distinct);
  expect(new Set(survived.ids)).toEqual(new Set(all.flat()));
  expect(survived.eventCount).toBe(tabs * events);
  expect(heard.acknowledged.size).toBe(tabs * events);
  expect(survived.paramsHash).toBe(survived.relearnedHash);
  expect(closes).toBe(tabs * closesPerTab);
  expect([...heard.dropped, ...heard.refused]).toEqual([]);
});
