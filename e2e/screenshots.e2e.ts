import { mkdir, rm } from 'node:fs/promises';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Demo } from '../demo/start.js';
import { launchBrowser } from './support/browser.js';
import { startBuiltDemo } from './support/demo.js';
import { choose, enterShop, hasCatalogue, isListening, lookAt, openTab, takeNewOrder, type Shopper } from './support/shopper.js';

/**
 * Every page and state of the shop as pictures in `.artifacts/screens/`, to be looked at by a person. What a machine can see is asserted:
 * nothing is wider than the screen, and no page throws.
 */

const folder = '.artifacts/screens';

let browser: Browser;
let demo: Demo;

beforeAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  [browser, demo] = await Promise.all([launchBrowser(), startBuiltDemo()]);
});
afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

interface Look {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}
const looks: readonly Look[] = [360, 1440].flatMap((width) => [
  { width, scheme: 'light' as const },
  { width, scheme: 'dark' as const },
]);

function enter({ width, scheme }: Look): Promise<Shopper> {
  return enterShop(browser, demo, { viewport: { width, height: width < 600 ? 740 : 900 }, colorScheme: scheme, reducedMotion: 'reduce' });
}

/** @param isWhole  the page to its end, not only what is in the window */
async function picture(page: Page, { width, scheme }: Look, name: string, isWhole = false): Promise<void> {
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    `${name} is wider than ${width} px`,
  ).toBeLessThanOrEqual(0);
  await page.screenshot({
    path: `${folder}/${width}-${scheme}-${name}.jpg`,
    type: 'jpeg',
    quality: 80,
    fullPage: isWhole,
    animations: 'disabled',
  });
}

const isThere = (page: Page): Promise<unknown> => page.waitForFunction(() => 'status' in window.homebody);

const plainPages: Readonly<Record<string, string>> = {
  category: 'c/blues',
  'category-group': 'c/mid-blues',
  'category-page-2': 'c/all?page=2',
  'category-sorted': 'c/mid-blues?sort=price&depth=mid',
  'category-nothing': 'c/whites?chroma=vivid&mood=storm',
  search: 'search?q=mist',
  'search-nothing': 'search?q=qqqq',
  product: 'p/queer-blue',
  'cart-empty': 'cart',
  'checkout-empty': 'checkout',
  privacy: 'about-privacy',
  react: 'react',
  offline: 'offline',
  'not-found': 'nowhere',
};

describe.each(looks)('at $width px, $scheme', (look) => {
  const isMain = look.scheme === 'light';

  test('the shop as it stands for everyone', async () => {
    await using shopper = await enter(look);
    const { page } = shopper;
    await page.goto(demo.shopUrl);
    await page.locator('.consent').waitFor();
    await picture(page, look, 'home-consent');
    await page.getByRole('button', { name: 'Leave both off' }).click();
    await picture(page, look, 'home', true);
    await openTab(page, 'You');
    await picture(page, look, 'panel-you-before-yes');
    await openTab(page, 'Sent');
    await picture(page, look, 'panel-sent-before-yes');
    await page.getByRole('button', { name: 'Close the panel' }).click();
    for (const [name, path] of Object.entries(plainPages)) {
      if (!isMain && !['category', 'product', 'privacy'].includes(name)) continue;
      if (name === 'product') {
        await page.goto(`${demo.shopUrl}c/mid-blues`);
        await page.getByRole('link', { name: 'Queer Blue' }).click();
      } else await page.goto(demo.shopUrl + path);
      await isThere(page);
      await picture(page, look, name, true);
    }
    expect(shopper.pageErrors).toEqual([]);
  });

  test('from the basket to the thanks', async () => {
    await using shopper = await enter(look);
    const { page } = shopper;
    for (const paint of ['Queer Blue', 'Cerulean']) {
      await page.goto(`${demo.shopUrl}c/mid-blues`);
      await page.getByRole('link', { name: paint }).click();
      await page.getByRole('button', { name: 'Add to basket' }).click();
    }
    await picture(page, look, 'product-bought');
    await page.goto(`${demo.shopUrl}cart`);
    await page.getByRole('link', { name: 'Go to checkout' }).waitFor();
    await picture(page, look, 'cart');
    await page.getByRole('link', { name: 'Go to checkout' }).click();
    await page.getByRole('button', { name: 'Place the pretend order' }).waitFor();
    await picture(page, look, 'checkout');
    await page.getByRole('button', { name: 'Place the pretend order' }).click();
    await page.waitForURL('**/thanks');
    await page.locator('[data-thanks] span').first().waitFor();
    await picture(page, look, 'thanks');
    expect(shopper.pageErrors).toEqual([]);
  });

  test('the shop of someone who said yes', async () => {
    await using shopper = await enter(look);
    const { page, context } = shopper;
    await page.goto(demo.shopUrl);
    await choose(page, { personalise: true, contribute: true });
    await hasCatalogue(page);
    await openTab(page, 'You');
    await page.locator('.hp-figure').waitFor();
    await picture(page, look, 'panel-you-empty');
    await page.getByRole('button', { name: 'Close the panel' }).click();
    await lookAt(page, 'mid-blues', ['Queer Blue', 'Cerulean', 'Robotic Gods']);
    await takeNewOrder(page);
    await page.waitForLoadState('networkidle');
    await page.evaluate(() => scrollTo(0, 0));
    await picture(page, look, 'home-arranged', true);
    await page.locator('[data-homebody-list="home"]').evaluate((list) => list.scrollIntoView({ block: 'center' }));
    await page.getByRole('button', { name: 'The shop’s order' }).click();
    await picture(page, look, 'home-compared', true);
    await page.getByRole('button', { name: 'Yours' }).click();

    await openTab(page, 'You');
    await page.locator('.hp-timeline').waitFor();
    await picture(page, look, 'panel-you');
    await openTab(page, 'Why');
    await page.locator('.hp-sum').waitFor();
    await picture(page, look, 'panel-why');
    await openTab(page, 'Sent');
    await page.locator('.hp-sent, .hp-note').first().waitFor();
    await picture(page, look, 'panel-sent');
    await openTab(page, 'Crowd');
    await page.getByText('The whole claim').or(page.locator('.hp-note')).first().waitFor();
    await picture(page, look, 'panel-crowd');
    await openTab(page, 'Engine');
    await page.locator('.hp-facts').waitFor();
    await picture(page, look, 'panel-engine');
    await page.getByRole('button', { name: 'Kill the worker' }).click();
    await page.locator('.hp-verdict').waitFor();
    await picture(page, look, 'panel-engine-killed');
    if (isMain) {
      await page.getByRole('button', { name: 'Race the engines' }).click();
      await page.locator('.hp-table tbody tr').first().waitFor({ timeout: 60_000 });
      await page.locator('.hp-table').scrollIntoViewIfNeeded();
      await picture(page, look, 'panel-engine-raced');
    }

    await openTab(page, 'Why');
    await page.getByRole('button', { name: 'Less like this' }).click();
    await page.getByRole('button', { name: 'Close the panel' }).click();
    if (await page.locator('.homebody-chip').isVisible()) await picture(page, look, 'home-chip');
    await page.getByRole('button', { name: 'Privacy choices' }).click();
    await picture(page, look, 'privacy-choices');

    await context.setOffline(true);
    await page.reload();
    await isListening(page);
    await openTab(page, 'Crowd');
    await page.locator('.hp-note').first().waitFor();
    await picture(page, look, 'panel-crowd-offline');
    await page.getByRole('button', { name: 'Close the panel' }).click();
    await page.locator('a.basket').click();
    await page.waitForLoadState();
    await picture(page, look, 'offline-elsewhere');
    expect(shopper.pageErrors).toEqual([]);
  });

  test.runIf(isMain)('the shop where something is blocked', async () => {
    await using shopper = await enter(look);
    const { page, context } = shopper;
    await context.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
    await page.goto(demo.shopUrl);
    await page.locator('.consent').waitFor();
    await picture(page, look, 'home-consent-gpc');
    await page.route('**/homebody/homebody.iife.js', (route) => route.abort());
    await page.reload();
    await openTab(page, 'You');
    await page.locator('.hp-note').waitFor();
    await picture(page, look, 'panel-script-blocked');
    expect(shopper.pageErrors).toEqual([]);
  });
});
