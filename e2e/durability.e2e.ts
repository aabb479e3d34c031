import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Demo } from '../demo/start.js';
import { launchBrowser } from './support/browser.js';
import { startBuiltDemo } from './support/demo.js';
import { createOwnBrowser } from './support/own-browser.js';
import { choose, enterShop, hasCatalogue, hurryTime, isListening, lookAt } from './support/shopper.js';

/** What was acknowledged is there after any death, once. Counted in the export, which lists every stored event. */

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

interface Stored {
  readonly ids: readonly string[];
  readonly eventCount: number;
  readonly paramsHash: string;
}

async function storedIn(page: Page): Promise<Stored> {
  await isListening(page);
  const { text, eventCount, paramsHash } = await page.evaluate(async () => ({
    text: await window.homebody.profile.export(),
    ...(await window.homebody.profile.get()),
  }));
  const ids = (JSON.parse(text) as { readonly events: readonly { readonly id: string }[] }).events.map(({ id }) => id);
  return { ids, eventCount, paramsHash };
}

function expectOnce({ ids, eventCount }: Stored): void {
  expect(new Set(ids).size).toBe(ids.length);
  expect(eventCount).toBe(ids.length);
}

/** @param count  events on items of the window, tracked as a shop's own code would */
function trackMany(page: Page, count: number, name: string): Promise<void> {
  return page.evaluate(
    async ([many, list]) => {
      const items = (await (await fetch('/shelf/home.json')).json()) as readonly { readonly id: string }[];
      for (let at = 0; at < many; at++) {
        window.homebody.track({
          type: at % 5 === 0 ? 'add_to_cart' : 'click',
          items: [{ id: items[at % items.length]!.id }],
          list: { id: list },
        });
        if (at % 10 === 9) await new Promise((resolve) => setTimeout(resolve));
      }
    },
    [count, name] as const,
  );
}

test('acknowledged events survive a tab that is killed', async () => {
  await using shopper = await enterShop(browser, demo);
  const { page, context } = shopper;
  await page.goto(demo.shopUrl);
  await choose(page, { personalise: true });
  await lookAt(page, 'mid-blues', [0, 2]);
  const before = await storedIn(page);
  expect(before.ids.length).toBeGreaterThanOrEqual(7); // three sights of the window, two of the group, two views; clicks may go down with their page
  await page.close({ runBeforeUnload: false });
  const next = await context.newPage();
  await next.goto(quietPage);
  const after = await storedIn(next);
  expectOnce(after);
  expect(after).toEqual(before);
});

test('acknowledged events survive a browser that is killed, and are learned from to the bit', async () => {
  await using own = await createOwnBrowser();
  const context = await own.start();
  await hurryTime(context);
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(demo.shopUrl);
  await choose(page, { personalise: true });
  await hasCatalogue(page);
  await page.goto(quietPage);
  await isListening(page);
  await trackMany(page, 120, 'home');
  await page.evaluate(() => window.homebody.flush());
  const before = await storedIn(page);
  expect(before.ids.length).toBeGreaterThanOrEqual(120);
  // More is on its way when it strikes; whatever was committed of it is whole.
  await page.evaluate(() => {
    for (let at = 0; at < 300; at++) window.homebody.track({ type: 'click', items: [{ id: `late-${at}`, categories: ['Lamps'] }] });
  });
  await own.kill();

  const again = await own.start();
  const next = again.pages()[0] ?? (await again.newPage());
  await next.goto(quietPage);
  // Chromium writes localStorage, and in it the consent, some seconds late: then the shop asks again, and the profile is still there.
  await next.waitForFunction(() => 'status' in window.homebody);
  if (!(await next.evaluate(() => window.homebody.status().consent.personalise))) await choose(next, { personalise: true });
  const after = await storedIn(next);
  expectOnce(after);
  expect(after.ids.slice(0, before.ids.length)).toEqual(before.ids);
  if (after.ids.length === before.ids.length) expect(after.paramsHash).toBe(before.paramsHash);
  expect(await next.evaluate(() => window.homebody.status().durable)).toBe(true);
});

test('200 events through three deaths of the worker are all there, each counted once', async () => {
  await using shopper = await enterShop(browser, demo);
  const { page, context } = shopper;
  await hurryTime(context);
  await page.goto(quietPage);
  await choose(page, { personalise: true });
  const before = await storedIn(page);
  const deaths = await page.evaluate(async () => {
    const told: string[] = [];
    addEventListener('homebody:error', (event) => told.push((event as CustomEvent<{ readonly code: string }>).detail.code));
    for (let at = 0; at < 200; at++) {
      window.homebody.track({ type: 'click', items: [{ id: `lamp-${at % 7}`, categories: ['Lamps'], tags: [`shade:${at % 3}`] }] });
      // Batches leave in idle time: give them some, so that the strikes hit at different stages.
      if (at % 8 === 7) await new Promise((resolve) => setTimeout(resolve, at % 3));
      if (at === 60 || at === 61 || at === 140) window.homebody.engine.killWorker();
    }
    await window.homebody.flush();
    return told;
  });
  // Something was under way at a death at least once: it was refused there, and sent again.
  expect(deaths).toContain('worker-died');
  const after = await storedIn(page);
  expectOnce(after);
  expect(after.eventCount).toBe(before.eventCount + 200);
  expect(shopper.pageErrors).toEqual([]);
  await page.reload();
  expect(await storedIn(page)).toEqual(after);
});

test('two tabs that learn at the same time end with one profile', async () => {
  await using shopper = await enterShop(browser, demo);
  const { page, context } = shopper;
  await hurryTime(context);
  await page.goto(quietPage);
  await choose(page, { personalise: true });
  const other = await context.newPage();
  await other.goto(quietPage);
  await isListening(other);
  await Promise.all([trackMany(page, 60, 'left'), trackMany(other, 60, 'right')]);
  await Promise.all([page, other].map((each) => each.evaluate(() => window.homebody.flush())));
  const [left, right] = await Promise.all([page, other].map(storedIn));
  expectOnce(left!);
  expect(left!.eventCount).toBe(120);
  expect(right).toEqual(left);
  expect(shopper.pageErrors).toEqual([]);
});
