import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import type { Demo } from '../../demo/start.js';
import type { Client } from '../../src/page/client-types.js';

declare global {
  interface Window {
    readonly homebody: Client;
    dataLayer?: unknown[];
  }
}

/** One shopper in a browser profile of their own, and what a bystander can see of them. */
export interface Shopper extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly shopUrl: string;
  /** Every request: `GET /path` to the shop, `GET http://…` elsewhere; `again GET …` where the shop's service worker passes one on. */
  readonly requests: string[];
  /** Uncaught errors of any page of this profile. */
  readonly pageErrors: string[];
}

/** @param context  an open profile, or how to make one */
export async function enterShop(browser: Browser, demo: Demo, context: BrowserContext | BrowserContextOptions = {}): Promise<Shopper> {
  const profile = 'newPage' in context ? context : await browser.newContext({ viewport: { width: 1440, height: 900 }, ...context });
  const requests: string[] = [];
  const pageErrors: string[] = [];
  profile.on('request', (request) => {
    const url = request.url();
    if (/^(blob|data):/.test(url)) return;
    const address = url.startsWith(demo.shopUrl) ? url.slice(demo.shopUrl.length - 1) : url;
    requests.push(`${request.serviceWorker() === null ? '' : 'again '}${request.method()} ${address}`);
  });
  profile.on('weberror', (thrown) => pageErrors.push(String(thrown.error())));
  const page = await profile.newPage();
  return { context: profile, page, shopUrl: demo.shopUrl, requests, pageErrors, [Symbol.asyncDispose]: () => profile.close() };
}

/** Requests that only Homebody makes: its files, its switch, its catalogue, the endpoint. */
export function requestsOfOurs(shopper: Shopper): readonly string[] {
  return shopper.requests.filter((each) => / \/(homebody|catalogue)|^\w+ http/.test(each));
}

/** Saves the choice in the banner, opened from the footer where it does not stand open. */
export async function choose(page: Page, choice: { readonly personalise: boolean; readonly contribute?: boolean }): Promise<void> {
  const personalise = page.locator('input[name=personalise]');
  await page.waitForFunction(() => 'status' in window.homebody);
  if ((await personalise.count()) === 0) await page.getByRole('button', { name: 'Privacy choices' }).click();
  await personalise.setChecked(choice.personalise);
  await page.locator('input[name=contribute]').setChecked(choice.contribute ?? false);
  await page.getByRole('button', { name: 'Save my choice' }).click();
  if (choice.personalise) await isListening(page);
}

/** The worker is open and hears `dataLayer`: from here on nothing the shopper does is missed. */
export async function isListening(page: Page): Promise<void> {
  await page.waitForFunction(() => window.homebody.status?.().phase === 'ready' && Object.hasOwn(window.dataLayer ?? [], 'push'));
}

/** The catalogue is there, and kept for the next page. */
export async function hasCatalogue(page: Page): Promise<void> {
  await page.waitForFunction(() => window.homebody.peek('home', []).matched > 0);
}

/** Everything done so far is in the profile. */
export async function isLearned(page: Page): Promise<void> {
  await isListening(page);
  await page.evaluate(() => window.homebody.flush());
}

/**
 * Opens cards of a category page, one after the other, and goes back to the window, all by clicks.
 * @param cards  names, or 0-based places on screen
 */
export async function lookAt(page: Page, category: string, cards: readonly (string | number)[]): Promise<void> {
  for (const card of cards) {
    if (new URL(page.url()).pathname !== '/') await page.locator('a.brand').click();
    await page.locator(`.deck a[href="/c/${category}"]`).click();
    await page.waitForURL(`**/c/${category}`);
    await isLearned(page);
    await (typeof card === 'string' ? page.getByRole('link', { name: card }) : page.locator('[data-homebody-item] a').nth(card)).click();
    await page.waitForURL('**/p/*');
    await isLearned(page);
  }
  await page.locator('a.brand').click();
  await page.waitForURL((url) => url.pathname === '/');
  await isLearned(page);
}

/** The same shopper looks at three of a category in another tab, and comes back to this one. */
export async function learnElsewhere({ page, context, shopUrl }: Shopper, category: string): Promise<void> {
  const other = await context.newPage();
  await other.goto(shopUrl);
  await lookAt(other, category, [0, 1, 2]);
  await other.close();
  // Without a screen no tab is ever hidden, so none comes back by itself.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
}

export interface Card {
  readonly id: string;
  readonly category: string;
  /** 0-based place in the shop's own order. */
  readonly shopPlace: number;
  /** What the card says of its place; '' where it says nothing. */
  readonly reason: string;
}

/** The window as it is seen: cards that are drawn, by where they are on screen. */
export async function shelfOf(page: Page, list = 'home'): Promise<readonly Card[]> {
  return page.locator(`[data-homebody-list="${list}"] > [data-homebody-item]`).evaluateAll((elements) =>
    elements
      .map((element) => ({ element: element as HTMLElement, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.height > 0)
      .sort((one, other) => one.box.top - other.box.top || one.box.left - other.box.left)
      .map(({ element }) => ({
        id: element.dataset['homebodyItem'] ?? '',
        category: element.dataset['homebodyCategory'] ?? '',
        shopPlace: Number(element.style.getPropertyValue('--shop')),
        reason: element.querySelector('[data-homebody-why]')?.textContent ?? '',
      })),
  );
}

export const idsOf = (cards: readonly Card[]): readonly string[] => cards.map(({ id }) => id);

/** Is every card where the shop put it? */
export const isShopOrder = (cards: readonly Card[]): boolean => cards.every(({ shopPlace }, place) => shopPlace === place);

/**
 * The newest order, once it is on screen; where it waits behind the chip, the shopper asks for it.
 * Newest: the worker gives the first cards the places at which they stand.
 */
export async function takeNewOrder(page: Page, list = 'home'): Promise<readonly Card[]> {
  const chip = page.locator(`[data-homebody-chip="${list}"] .homebody-chip`);
  const giveUpAtMs = performance.now() + 15_000;
  for (;;) {
    if (await chip.isVisible()) await chip.click({ timeout: 1000 }).catch(() => undefined); // it may go by itself: then there is nothing to take
    const cards = await shelfOf(page, list);
    const places = await page.evaluate(
      ([name, ids]) => Promise.all(ids.map((id) => window.homebody.why(name, id).then(({ place }) => place))).catch(String),
      [list, idsOf(cards.slice(0, 12))] as const,
    );
    if (places.length > 0 && Array.isArray(places) && places.every((place, at) => place === at + 1)) return cards;
    if (performance.now() > giveUpAtMs)
      throw new Error(`the newest order of “${list}” does not come: the worker gives the first cards the places ${String(places)}`);
    await page.waitForTimeout(50);
  }
}

/** Opens the panel where it is closed, and one of its tabs. */
export async function openTab(page: Page, name: 'You' | 'Why' | 'Sent' | 'Crowd' | 'Engine'): Promise<void> {
  if (await page.locator('.hp-opener').isVisible()) await page.locator('.hp-opener').click();
  await page.getByRole('tab', { name, exact: true }).click();
}

/** A whole afternoon in a second: more than 50 deeds in 10 s would be taken for a robot's and dropped. */
export async function hurryTime(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    let atMs = Date.now() - 3_600_000;
    Date.now = () => (atMs += 1000);
  });
}
