import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { launchBrowser } from './support/browser.js';
import { servePage } from './support/served-page.js';

/** The tag of docs/consent.md beside the page script, as they are delivered, on a page whose platform speaks through gtag. */

interface Shop {
  readonly gtag: (...command: readonly unknown[]) => void;
  readonly dataLayer: readonly ArrayLike<unknown>[];
  readonly homebody: import('../src/page/client-types.js').Client;
}

const state = (word: string) => ({ analytics_storage: word, personalization_storage: word });

test('the script tag of docs/consent.md: nothing before the yes of the platform, learning with it, nothing left after its no', async () => {
  const tag = /```html\n(<script type="module"[^\n]*)\n```/.exec(await readFile('docs/consent.md', 'utf8'))![1]!;
  const html = `<!doctype html><title>shop</title>
    <script>
      window.dataLayer = window.dataLayer || [];
      function gtag() { dataLayer.push(arguments); }
      gtag('consent', 'default', ${JSON.stringify({ ...state('denied'), wait_for_update: 500 })});
    </script>
    ${tag}
    <script async src="/homebody/homebody.iife.js" data-site="my-shop" data-holdout="1" data-experiment="autumn"></script>
    <ul data-homebody-list="home"><li data-homebody-item="A" data-homebody-category="Blues">Harbour</li></ul>`;
  await using shop = await servePage(html);
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(shop.url, { waitUntil: 'load' });
  const left = () =>
    page.evaluate(async () => [
      ...(await indexedDB.databases()).map(({ name }) => name),
      ...Object.keys(localStorage),
      ...Object.keys(sessionStorage),
      document.cookie,
    ]);
  const say = (states: object) => page.evaluate((update) => (window as unknown as Shop).gtag('consent', 'update', update), states);
  const waitFor = (phase: string) =>
    page.waitForFunction((wanted) => (window as unknown as Shop).homebody?.status?.().phase === wanted, phase, { timeout: 10_000 });

  await waitFor('idle');
  await page.waitForTimeout(1000); // longer than the default waits
  expect(await left()).toEqual(['']);
  expect(shop.asked.filter((name) => name !== '/favicon.ico').sort()).toEqual(['/', '/homebody/consent.js', '/homebody/homebody.iife.js']);

  await say(state('granted'));
  await waitFor('ready');
  const learned = await page.evaluate(async () => {
    const { homebody } = window as unknown as Shop;
    homebody.track({ type: 'view', items: [{ id: 'A', categories: ['Blues'] }] });
    await homebody.flush();
    return (await homebody.profile.get()).eventCount;
  });
  expect(learned).toBe(1);
  // Held out: the arm is on the device and in the data layer, and goes with the consent.
  await page.waitForFunction(() =>
    (window as unknown as Shop).dataLayer.some((entry) => JSON.stringify(Array.from(entry)).includes('homebody-autumn-heldout')),
  );
  expect(await left()).toContain('homebody/my-shop/arm');

  // The platform reloads the page at once, as many do: the erase that this page began is finished by the next one.
  await page.evaluate((update) => {
    (window as unknown as Shop).gtag('consent', 'update', update);
    queueMicrotask(() => queueMicrotask(() => location.reload()));
  }, state('denied'));
  await page.waitForLoadState('load');
  await waitFor('idle');
  await expect.poll(left, { timeout: 10_000 }).toEqual(['']);
  expect(problems).toEqual([]);
});
