import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Demo } from '../demo/start.js';
import { launchBrowser } from './support/browser.js';
import { startBuiltDemo } from './support/demo.js';
import { layoutShifts, watchLayoutShifts } from './support/layout-shifts.js';
import {
  choose,
  enterShop,
  hasCatalogue,
  idsOf,
  isListening,
  isShopOrder,
  learnElsewhere,
  lookAt,
  openTab,
  requestsOfOurs,
  shelfOf,
  takeNewOrder,
  type Shopper,
} from './support/shopper.js';

/** What a visit costs the shop's page: layout shift, requests, and bytes that nobody asked for. */

let browser: Browser;
let demo: Demo;

beforeAll(async () => {
  [browser, demo] = await Promise.all([launchBrowser(), startBuiltDemo()]);
});
afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

describe.each([360, 1440])('at %i px', (width) => {
  let shopper: Shopper;
  let page: Page;
  let afterInput = 0;

  beforeAll(async () => {
    shopper = await enterShop(browser, demo, { viewport: { width, height: width < 600 ? 740 : 900 }, hasTouch: width < 600 });
    page = shopper.page;
    await watchLayoutShifts(shopper.context);
  });
  afterAll(async () => {
    console.log(`layout shift at ${width} px within half a second of an input, not part of CLS: ${afterInput.toFixed(4)}`);
    expect(shopper.pageErrors).toEqual([]);
    await shopper.context.close();
  });

  async function expectNoShift(): Promise<void> {
    const shifts = await layoutShifts(page);
    afterInput += shifts.afterInput;
    expect(shifts, shifts.moved.join('\n')).toMatchObject({ cls: 0 });
  }

  test('a first visit shifts nothing', async () => {
    await page.goto(demo.shopUrl, { waitUntil: 'networkidle' });
    await page.locator('.consent').waitFor();
    await expectNoShift();
  });

  test('a yes shifts nothing', async () => {
    await choose(page, { personalise: true });
    await page.waitForLoadState('networkidle');
    await expectNoShift();
  });

  test('coming home to another order shifts nothing: it is there before the first paint', async () => {
    await lookAt(page, 'mid-blues', [0, 3, 6]);
    await takeNewOrder(page);
    await expectNoShift();
    await page.reload();
    expect(isShopOrder(await shelfOf(page))).toBe(false);
    await takeNewOrder(page);
    await page.waitForLoadState('networkidle');
    await expectNoShift();
  });

  test('a page whose panel stands open shifts nothing', async () => {
    await openTab(page, 'You');
    await page.locator('.hp-timeline').waitFor();
    await page.reload();
    await page.locator('.hp-timeline').waitFor();
    await isListening(page);
    await expectNoShift();
  });

  test('an order that changes behind the shopper’s eyes waits for them, and shifts nothing', async () => {
    await page.getByRole('button', { name: 'Close the panel' }).click();
    await page.locator('[data-homebody-list="home"]').evaluate((list) => list.scrollIntoView({ block: 'start', behavior: 'instant' }));
    const before = await shelfOf(page);
    await learnElsewhere(shopper, 'deep-greens');
    const chip = page.locator('.homebody-chip');
    await chip.waitFor();
    expect(idsOf(await shelfOf(page))).toEqual(idsOf(before));
    await expectNoShift();
    await chip.click();
    await expect.poll(async () => idsOf(await shelfOf(page))).not.toEqual(idsOf(before));
    await expectNoShift();
  });
});

test('a visit asks for what it needs and no more: never for the GPU’s code, nor for that of rounds not joined', async () => {
  await using shopper = await enterShop(browser, demo);
  const { page, requests } = shopper;
  await page.goto(demo.shopUrl, { waitUntil: 'networkidle' });
  expect(requestsOfOurs(shopper)).toEqual(['GET /homebody/homebody.iife.js']);

  requests.length = 0;
  await choose(page, { personalise: true });
  const ofThisVisit = (): readonly string[] => requestsOfOurs(shopper).filter((each) => !each.startsWith('again'));
  const expected = [
    ...['storefront', 'rounds', 'later'].map((chunk) => `GET /homebody/${chunk}.js`),
    'GET /homebody.json',
    'GET /catalogue/manifest.json',
    ...['e', 'n', 'o', 'r', 'v'].map((column) => `GET /catalogue/${column}.bin`),
    'GET endpoint/v1/tasks/demo',
  ].toSorted();
  await expect
    .poll(() =>
      ofThisVisit()
        .map((each) => each.replace(demo.endpointUrl, 'endpoint/').replace(/-[0-9a-f]{16}/, ''))
        .toSorted(),
    )
    .toEqual(expected);
  await hasCatalogue(page);

  requests.length = 0;
  await lookAt(page, 'mid-blues', [0, 3, 6]);
  await takeNewOrder(page);
  await page.waitForLoadState('networkidle');
  // The catalogue is in the store by now, and its manifest is younger than a minute.
  expect(ofThisVisit().filter((each) => each.includes('/catalogue/'))).toEqual([]);
  // Script, its chunks (storefront, later, rounds), switch and open round: six small ones a view, from the cache or with 304.
  const views = requests.filter((each) => /^GET \/($|c\/|p\/)/.test(each)).length;
  expect(views).toBe(7 + 2);
  expect(ofThisVisit().length).toBeLessThanOrEqual(6 * views);
  expect(requests.filter((each) => /webgl|participation|POST/.test(each))).toEqual([]);
});
