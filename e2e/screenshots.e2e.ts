import { mkdir, rm } from 'node:fs/promises';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Demo } from '../demo/start.js';
import { launchBrowser } from './support/browser.js';
import { startBuiltDemo } from './support/demo.js';
import {
  choose,
  enterShop,
  hasCatalogue,
  isListening,
  learnElsewhere,
  lookAt,
  openTab,
  takeNewOrder,
  type Shopper,
} from './support/shopper.js';

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

const sizes = [
  { width: 360, height: 740 },
  { width: 1440, height: 900 },
] as const;

function enter(): Promise<Shopper> {
  return enterShop(browser, demo, { viewport: sizes[1], reducedMotion: 'reduce' });
}

interface PictureOptions {
  /** The page to its end, not only what is in the window. */
  readonly isWhole?: boolean;
  /** Also in the dark. */
  readonly isMain?: boolean;
}

/** The state as it is, at both widths. */
async function picture(page: Page, name: string, { isWhole = false, isMain = false }: PictureOptions = {}): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const scheme of isMain ? (['light', 'dark'] as const) : (['light'] as const)) {
      await page.emulateMedia({ colorScheme: scheme });
      const surplus = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(surplus, `${name} is wider than ${size.width} px`).toBeLessThanOrEqual(0);
      const path = `${folder}/${size.width}-${scheme}-${name}.png`;
      await page.screenshot({ path, fullPage: isWhole, animations: 'disabled' });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
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
  'cart-empty': 'cart',
  'checkout-empty': 'checkout',
  privacy: 'about-privacy',
  react: 'react',
  offline: 'offline',
  'not-found': 'nowhere',
};

test('the shop as it stands for everyone', async () => {
  await using shopper = await enter();
  const { page } = shopper;
  await page.goto(demo.shopUrl);
  await page.locator('.consent').waitFor();
  await picture(page, 'home-consent', { isMain: true });
  await page.getByRole('button', { name: 'Leave both off' }).click();
  await page.mouse.move(0, 0);
  await picture(page, 'home', { isWhole: true, isMain: true });
  await openTab(page, 'You');
  await picture(page, 'panel-you-before-yes');
  await openTab(page, 'Sent');
  await picture(page, 'panel-sent-before-yes', { isMain: true });
  await page.getByRole('button', { name: 'Close the panel' }).click();
  for (const [name, path] of Object.entries(plainPages)) {
    await page.goto(demo.shopUrl + path, { referer: demo.shopUrl });
    await isThere(page);
    await picture(page, name, { isWhole: true, isMain: name === 'category' });
  }
  expect(shopper.pageErrors).toEqual([]);
});

test('from a product to the thanks', async () => {
  await using shopper = await enter();
  const { page } = shopper;
  for (const paint of ['Queer Blue', 'Cerulean']) {
    await page.goto(`${demo.shopUrl}c/mid-blues`);
    await page.getByRole('link', { name: paint }).click();
    await page.getByRole('button', { name: 'Add to basket' }).waitFor();
    if (paint === 'Cerulean') await picture(page, 'product', { isWhole: true, isMain: true });
    await page.getByRole('button', { name: 'Add to basket' }).click();
  }
  await picture(page, 'product-bought');
  await page.goto(`${demo.shopUrl}cart`, { referer: demo.shopUrl });
  await page.getByRole('link', { name: 'Go to checkout' }).waitFor();
  await picture(page, 'cart', { isMain: true });
  await page.getByRole('link', { name: 'Go to checkout' }).click();
  await page.getByRole('button', { name: 'Place the pretend order' }).waitFor();
  await picture(page, 'checkout');
  await page.getByRole('button', { name: 'Place the pretend order' }).click();
  await page.locator('[data-thanks] span').first().waitFor();
  await picture(page, 'thanks');
  expect(shopper.pageErrors).toEqual([]);
});

test('the shop of someone who said yes', async () => {
  await using shopper = await enter();
  const { page, context } = shopper;
  await page.goto(demo.shopUrl);
  await choose(page, { personalise: true, contribute: true });
  await hasCatalogue(page);
  await openTab(page, 'You');
  await page.locator('.hp-figure').waitFor();
  await picture(page, 'panel-you-empty');
  await page.getByRole('button', { name: 'Close the panel' }).click();
  await lookAt(page, 'mid-blues', ['Queer Blue', 'Cerulean', 'Robotic Gods']);
  await takeNewOrder(page);
  await page.locator('[data-recent] .mini').waitFor();
  await picture(page, 'home-arranged', { isWhole: true, isMain: true });
  await page.getByRole('button', { name: 'The shop’s order' }).click();
  await picture(page, 'home-compared', { isWhole: true });
  await page.getByRole('button', { name: 'Yours' }).click();
  await page.locator('[data-homebody-list="home"]').evaluate((list) => list.scrollIntoView({ block: 'center', behavior: 'instant' }));
  await learnElsewhere(shopper, 'deep-greens');
  await page.locator('.homebody-chip').waitFor();
  await picture(page, 'home-chip', { isMain: true });
  await page.locator('.homebody-chip').click();

  await openTab(page, 'You');
  await page.locator('.hp-timeline').waitFor();
  await picture(page, 'panel-you', { isMain: true });
  await openTab(page, 'Why');
  await page.locator('.hp-sum').waitFor();
  await picture(page, 'panel-why', { isMain: true });
  await openTab(page, 'Sent');
  await page.locator('.hp-sent').waitFor();
  await picture(page, 'panel-sent');
  await openTab(page, 'Crowd');
  await page.getByText('The whole claim').waitFor();
  await picture(page, 'panel-crowd', { isMain: true });
  await openTab(page, 'Engine');
  await page.locator('.hp-facts').waitFor();
  await picture(page, 'panel-engine', { isMain: true });
  await page.getByRole('button', { name: 'Kill the worker' }).click();
  await page.locator('.hp-verdict').waitFor();
  await page.locator('.hp-verdict').scrollIntoViewIfNeeded();
  await picture(page, 'panel-engine-killed');
  await page.getByRole('button', { name: 'Race the engines' }).click();
  await page.locator('.hp-table tbody tr').first().waitFor({ timeout: 60_000 });
  await page.locator('.hp-table').scrollIntoViewIfNeeded();
  await picture(page, 'panel-engine-raced');
  await page.getByRole('button', { name: 'Close the panel' }).click();
  await page.getByRole('button', { name: 'Privacy choices' }).click();
  await picture(page, 'privacy-choices');

  await context.setOffline(true);
  await page.reload();
  await isListening(page);
  await openTab(page, 'Crowd');
  await page.locator('.hp-note').first().waitFor();
  await picture(page, 'panel-crowd-offline');
  await page.getByRole('button', { name: 'Close the panel' }).click();
  await page.locator('a.basket').click();
  await page.waitForLoadState();
  await picture(page, 'offline-elsewhere');
  expect(shopper.pageErrors).toEqual([]);
});

test('the shop where something is blocked', async () => {
  await using shopper = await enter();
  const { page, context } = shopper;
  await context.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
  await page.goto(demo.shopUrl);
  await page.locator('.consent').waitFor();
  await picture(page, 'home-consent-gpc');
  await page.route('**/homebody/homebody.iife.js', (route) => route.abort());
  await page.reload();
  await openTab(page, 'You');
  await page.locator('.hp-note').waitFor();
  await picture(page, 'panel-script-blocked');
  expect(shopper.pageErrors).toEqual([]);
});
