import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Demo } from '../demo/start.js';
import type { EngineName } from '../src/compute/engine.js';
import { launchBrowser } from './support/browser.js';
import { startBuiltDemo } from './support/demo.js';
import { choose, enterShop, hasCatalogue, isListening, openTab, type Shopper } from './support/shopper.js';

/** One shopper three times: the same deeds, learned on typed arrays, in WebAssembly and on the GPU. */

const tolerance = 1e-5;

let browser: Browser;
let demo: Demo;

beforeAll(async () => {
  [browser, demo] = await Promise.all([launchBrowser(), startBuiltDemo()]);
});
afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

interface Parameters {
  readonly linearIndices: readonly number[];
  readonly weights: readonly number[];
  readonly accumulators: readonly number[];
  readonly user: readonly number[];
  readonly inverse: readonly number[];
  readonly eventCount: number;
}

async function parametersOf(page: Page): Promise<Parameters> {
  const text = await page.evaluate(() => window.homebody.profile.export());
  return (JSON.parse(text) as { readonly parameters: Parameters }).parameters;
}

/** ‖a − b‖ / ‖b‖ */
function relativeL2(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return norm(a.map((value, at) => value - b[at]!)) / norm(b);
}

function expectAlike(found: Parameters, wanted: Parameters): void {
  expect(found.eventCount).toBe(wanted.eventCount);
  expect(found.linearIndices).toEqual(wanted.linearIndices);
  expect(wanted.weights.length).toBeGreaterThan(200);
  expect(wanted.user.some((value) => value !== 0)).toBe(true);
  for (const name of ['weights', 'accumulators', 'user', 'inverse'] as const) {
    expect(relativeL2(found[name], wanted[name]), name).toBeLessThanOrEqual(tolerance);
  }
}

/** What the page itself showed comes at moments of its own: it is forgotten until nothing more comes. */
async function startEmpty(page: Page): Promise<void> {
  for (let quiet = 0; quiet < 4;) {
    const { eventCount } = await page.evaluate(async () => {
      await window.homebody.flush();
      const profile = await window.homebody.profile.get();
      if (profile.eventCount > 0) await window.homebody.profile.forget({ before: Date.now() + 1e9 });
      return profile;
    });
    quiet = eventCount === 0 ? quiet + 1 : 0;
    await page.waitForTimeout(200);
  }
}

/** A quiet page with the catalogue there; events get the same ids in every profile, for they seed the negatives. */
async function enter(engine: EngineName): Promise<Shopper> {
  const shopper = await enterShop(browser, demo);
  await shopper.context.addInitScript(() => {
    let state = 1;
    crypto.getRandomValues = (array) => {
      const bytes = array === null ? new Uint8Array() : new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let at = 0; at < bytes.length; at++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator; its high bits are good enough for names
        bytes[at] = state >>> 24;
      }
      return array;
    };
    let atMs = Date.now() - 3_600_000;
    Date.now = () => (atMs += 1000); // not a robot's burst
  });
  const { page } = shopper;
  await page.goto(`${demo.shopUrl}about-privacy`);
  await choose(page, { personalise: true });
  await page.goto(demo.shopUrl);
  await isListening(page);
  await hasCatalogue(page);
  await openTab(page, 'Engine');
  await page.locator('.hp-facts').waitFor();
  await page.getByRole('button', { name: `Use ${engine}` }).click();
  await page.locator('.hp-figure', { hasText: `${engine}, as chosen` }).waitFor();
  await startEmpty(page);
  return shopper;
}

/** @param first  0-based number of the first deed; every fifth puts a paint into the cart */
async function teach(page: Page, first: number, count: number): Promise<void> {
  await page.evaluate(
    async ([from, many]) => {
      const items = (await (await fetch('/shelf/home.json')).json()) as readonly { readonly id: string }[];
      for (let at = from; at < from + many; at++) {
        window.homebody.track({
          type: at % 5 === 0 ? 'add_to_cart' : 'click',
          items: [{ id: items[(at * 7) % items.length]!.id }],
          list: { id: 'home' },
        });
        if (at % 6 === 0) await window.homebody.flush(); // groups of several sizes, one event among them
      }
      await window.homebody.flush();
    },
    [first, count] as const,
  );
}

describe('another engine', () => {
  let reference: Shopper;
  let simd: Shopper;
  let webgl: Shopper;

  beforeAll(async () => {
    reference = await enter('reference');
    simd = await enter('simd');
    webgl = await enter('webgl');
    await Promise.all([reference, simd, webgl].map(({ page }) => teach(page, 0, 60)));
    expect((await parametersOf(reference.page)).eventCount).toBe(60);
  });
  afterAll(async () => {
    for (const shopper of [reference, simd, webgl]) {
      expect(shopper.pageErrors).toEqual([]);
      await shopper.context.close();
    }
  });

  test('on the GPU holds the parameters in textures, and is told apart from typed arrays', async () => {
    const report = await webgl.page.evaluate(() => window.homebody.engine.report());
    expect(report).toMatchObject({ active: 'webgl', wanted: 'webgl', notices: [] });
    expect(report.textures.some(([rows, columns]) => rows >= 32 && columns >= 32)).toBe(true);
    expect(report.device).not.toBe('');
    expect(webgl.requests.filter((each) => each.includes('/homebody/webgl.js'))).not.toEqual([]);
    expect((await reference.page.evaluate(() => window.homebody.engine.report())).textures).toEqual([]);
    expect(reference.requests.filter((each) => each.includes('/homebody/webgl.js'))).toEqual([]);
  });

  test('of WebAssembly is a chunk of its own, too', async () => {
    const report = await simd.page.evaluate(() => window.homebody.engine.report());
    expect(report).toMatchObject({ active: 'simd', wanted: 'simd', notices: [], textures: [] });
    expect(simd.requests.filter((each) => each.includes('/homebody/simd.js'))).not.toEqual([]);
    expect(simd.requests.filter((each) => each.includes('/homebody/webgl.js'))).toEqual([]);
  });

  test('learns what typed arrays learn', async () => {
    const wanted = await parametersOf(reference.page);
    for (const { page } of [simd, webgl]) expectAlike(await parametersOf(page), wanted);
  });

  test('on the GPU can be lost without a change to the profile, and goes on learning', async () => {
    const { page } = webgl;
    const before = await page.evaluate(() => window.homebody.profile.get());
    await openTab(page, 'Engine');
    await page.getByRole('button', { name: 'Lose the GPU' }).click();
    await page.locator('.hp-verdict', { hasText: 'Unchanged.' }).waitFor();
    const after = await page.evaluate(() => window.homebody.profile.get());
    expect(after).toMatchObject({ paramsHash: before.paramsHash, eventCount: before.eventCount });

    await Promise.all([reference, webgl].map((shopper) => teach(shopper.page, 60, 40)));
    expect((await page.evaluate(() => window.homebody.engine.report())).active).toBe('webgl');
    const found = await parametersOf(page);
    expect(found.eventCount).toBe(before.eventCount + 40);
    expectAlike(found, await parametersOf(reference.page));
  });

  test('on the GPU can be lost in the middle of learning, and no event is missed', async () => {
    const { page } = webgl;
    const lost = page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await window.homebody.engine.loseGpu();
    });
    await Promise.all([lost, teach(page, 100, 60), teach(reference.page, 100, 60)]);
    expectAlike(await parametersOf(page), await parametersOf(reference.page));
  });

  test('survives the death of its worker', async () => {
    const { page } = webgl;
    await openTab(page, 'Engine');
    await page.getByRole('button', { name: 'Kill the worker' }).click();
    await page.locator('.hp-verdict', { hasText: 'Unchanged. The worker was killed' }).waitFor();
  });

  test('is raced on demand, and the times are shown', async () => {
    const { page } = reference;
    await openTab(page, 'Engine');
    await page.getByRole('button', { name: 'Race the engines' }).click();
    const rows = page.locator('.hp-table tbody tr');
    await rows.first().waitFor({ timeout: 60_000 });
    const cells = await rows.evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
    expect(new Set(cells.map(([kernel]) => kernel))).toEqual(new Set(['stepLinear', 'stepFactors', 'scoreTopK']));
    expect(new Set(cells.map(([, , engine]) => engine))).toEqual(new Set(['reference', 'simd', 'webgl']));
    for (const [, , , bestMs] of cells) expect(Number(bestMs)).toBeGreaterThanOrEqual(0);
  });
});
