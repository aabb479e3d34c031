import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Demo } from '../demo/start.js';
import { demoCells } from '../demo/cells.js';
import { openReport } from '../src/wire/hpke.js';
import { decodeVotePayload } from '../src/wire/payload.js';
import type { Policy } from '../src/wire/policy.js';
import { launchBrowser } from './support/browser.js';
import { distDir, startBuiltDemo } from './support/demo.js';
import { frameOf, tapEndpoint, type Wiretap } from './support/reports.js';
import { choose, enterShop, isShopOrder, lookAt, openTab, shelfOf } from './support/shopper.js';

/** The third of the five minutes: a round over real browsers and simulated devices, watched with the recipient's key in hand. */

type OpenBrowser = Awaited<ReturnType<typeof launchBrowser>>;

let demo: Demo;
let browser: OpenBrowser;

beforeAll(async () => {
  demo = await startBuiltDemo({ roundSeconds: 60 });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

async function policyNow(): Promise<{ policy: Policy; hash: string; round: number }> {
  const [task] = await demo.endpoint.service.tasks();
  if (task === undefined) throw new Error('the endpoint has no task');
  return { policy: task.entry.policy, hash: task.entry.policyHash, round: task.round };
}

async function cellsOf(body: Buffer): Promise<readonly string[]> {
  const { policy } = await policyNow();
  if (policy.block.kind !== 'taste' || policy.mechanism.kind !== 'vote') throw new Error('the default task is a vote on taste');
  const { cells } = policy.block;
  const payload = await openReport(frameOf(body), { policy, privateKey: demo.endpoint.privateKey });
  return decodeVotePayload(payload, policy.mechanism, cells.length).map((cell) => cells[cell]!.name);
}

/**
 * Replaces chance by zeros in the worker of every page: three lines of the test's own before the shipped source. (Interception by URL is no way:
 * it breaks the worker's own requests to another origin.)
 */
async function withoutChance(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const zeros =
      'crypto.getRandomValues = (array) => { new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(0); return array; };\n';
    const PlatformBlob = Blob;
    window.Blob = class extends PlatformBlob {
      constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
        super(/javascript/.test(options?.type ?? '') ? [zeros, ...parts] : parts, options);
      }
    };
  });
}

/** What a device without chance would send after looking at cards of a category. (Its report id is all zeros too, so the endpoint takes only the first.) */
async function reportWithoutChance(category: string, places: readonly number[]): Promise<Buffer> {
  const context = await browser.newContext();
  try {
    await withoutChance(context);
    const tap = tapEndpoint(context, demo.endpointUrl);
    const shopper = await enterShop(browser, demo, context);
    await shopper.page.goto(demo.shopUrl);
    await choose(shopper.page, { personalise: true });
    await lookAt(shopper.page, category, places);
    await choose(shopper.page, { personalise: true, contribute: true });
    await expect.poll(() => tap.reports().length, { timeout: 30_000 }).toBeGreaterThan(0);
    return tap.reports()[0]!;
  } finally {
    await context.close();
  }
}

test('with chance replaced by zeros the report is exactly the own cell, and says nothing of what lies outside the block', async () => {
  const [one, other] = [await reportWithoutChance('mid-blues', [0, 2, 4]), await reportWithoutChance('mid-blues', [7, 9])];
  expect(await cellsOf(one)).toEqual(['Mid blues']);
  // other items, another number of them, other names, prices and makers: the plaintext is the same
  expect(await cellsOf(other)).toEqual(['Mid blues']);
  const { policy } = await policyNow();
  const open = (body: Buffer): Promise<Uint8Array> => openReport(frameOf(body), { policy, privateKey: demo.endpoint.privateKey });
  expect(await open(one)).toEqual(await open(other));
  expect(await cellsOf(await reportWithoutChance('deep-greens', [1]))).toEqual(['Deep greens']);
});

test('the shipped bundles take their chance from the platform alone', async () => {
  const uses = async (name: string, what: RegExp): Promise<number> =>
    ((await readFile(path.join(distDir, name), 'utf8')).match(what) ?? []).length;
  for (const name of ['rounds.js', 'participation.js']) expect(await uses(name, /Math\.random/g), name).toBe(0);
  expect(await uses('rounds.js', /getRandomValues/g)).toBe(1); // all noise, ids, coins and times come from here
  expect(await uses('worker.js', /Math\.random/g)).toBe(1); // comlink's message ids
});

test('twenty browsers and two thousand simulated shoppers make a first version, and a newcomer sees it', { timeout: 240_000 }, async () => {
  await demo.endpoint.service.endRound('taste'); // a whole round ahead: all of them vote in this one
  const { round } = await policyNow();
  const groups = ['mid-blues', 'mid-greens', 'pale-yellows', 'deep-reds'];
  const contexts = await Promise.all(Array.from({ length: 20 }, () => browser.newContext({ viewport: { width: 1440, height: 900 } })));
  const taps: readonly Wiretap[] = contexts.map((context) => tapEndpoint(context, demo.endpointUrl));
  const join = async (at: number): Promise<void> => {
    const { page } = await enterShop(browser, demo, contexts[at]!);
    await page.goto(`${demo.shopUrl}c/${groups[at % groups.length]}`);
    await choose(page, { personalise: true, contribute: true });
    await page
      .locator('[data-homebody-item] a')
      .nth(at % 12)
      .click();
    await page.waitForURL('**/p/*');
  };
  for (let first = 0; first < 20; first += 5) await Promise.all([0, 1, 2, 3, 4].map((next) => join(first + next)));

  // The crowd comes by a click on screen.
  const page = contexts[0]!.pages()[0]!;
  await page.goto(demo.shopUrl);
  await openTab(page, 'Crowd');
  await page.getByRole('button', { name: 'Bring 2,000 shoppers' }).click();
  await page.getByText('The round closes by itself').waitFor({ timeout: 60_000 });
  await page.getByText(/version 1, from [\d,]+ votes/).waitFor({ timeout: 90_000 });
  const model = (await (await fetch(`${demo.endpointUrl}v1/models/taste/latest`)).json()) as {
    round: number;
    reports: number;
    claim: string;
  };
  expect(model.round).toBe(round);
  expect(model.reports).toBe(2020);
  expect(model.claim).toMatch(/ε 3\.99.*365 days.*ε 15\.96/);

  // Every body opens to one of the cells, all are of one size, and no two are alike.
  const firstOfEach = taps.map((tap) => tap.reports()[0]!);
  const bodies = taps.flatMap((tap) => tap.reports());
  const names = new Set([...demoCells.map(({ name }) => name), 'other']);
  for (const body of bodies) {
    const cells = await cellsOf(body);
    expect(cells).toHaveLength(1);
    expect(names).toContain(cells[0]);
  }
  expect(new Set(bodies.map((body) => body.length)).size).toBe(1);
  const ids = bodies.map((body) => Buffer.from(frameOf(body).reportId).toString('hex'));
  const hashOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');
  const hashes = bodies.map(hashOf);
  expect(new Set(hashes).size).toBe(new Set(ids).size); // a repeated id repeats its bytes

  // URLs and headers carry nothing of the device: the same set for everybody, no query, no cookie, no referrer, no identifier.
  const allowed = /^(v1\/tasks\/demo|v1\/models\/taste\/(latest|\d+)|v1\/reports)$/;
  for (const tap of taps) {
    for (const request of tap.requests) expect(request.url().slice(demo.endpointUrl.length)).toMatch(allowed);
    expect(tap.answered.some((request) => request.method() === 'POST')).toBe(true);
    for (const request of tap.answered) {
      const headers = await request.allHeaders();
      for (const name of ['cookie', 'referer', 'authorization', 'if-none-match']) expect(headers, name).not.toHaveProperty(name);
    }
  }

  await page.getByRole('button', { name: 'Open the shop as someone new' }).click();
  const verdict = page.getByText(/\d+ of 24 before, \d+ after/);
  await verdict.waitFor();
  const [before, after] = (await verdict.textContent())!
    .match(/(\d+) of 24 before, (\d+) after/)!
    .slice(1)
    .map(Number) as [number, number];
  expect(after).toBeGreaterThan(before);

  // The shopper's own page shows what was sent, whole.
  await openTab(page, 'Sent');
  await page
    .getByText(/per release; at most 4 releases in 365 days, ε 15\.96/)
    .first()
    .waitFor();
  expect(await page.getByText(hashOf(firstOfEach[0]!)).count()).toBe(1);

  // A clean profile that says yes sees the crowd's shelf before any event of its own.
  const clean = await enterShop(browser, demo);
  await clean.page.goto(demo.shopUrl);
  await choose(clean.page, { personalise: true });
  await clean.page.waitForFunction(() => window.homebody.rounds.status().then(({ tasks }) => tasks.some(({ model }) => model !== null)));
  // The order is mirrored a moment after the model has come; each reload is a next visit.
  const isStillTheShops = async (): Promise<boolean> => {
    await clean.page.reload();
    return isShopOrder(await shelfOf(clean.page));
  };
  await expect.poll(isStillTheShops, { timeout: 20_000, interval: 1000 }).toBe(false);
  await clean.context.close();
  await Promise.all(contexts.map((context) => context.close()));
});

test('a browser under Global Privacy Control sends nothing, whatever is switched on', async () => {
  const context = await browser.newContext();
  await context.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
  const tap = tapEndpoint(context, demo.endpointUrl);
  const { page } = await enterShop(browser, demo, context);
  await page.goto(demo.shopUrl);
  await choose(page, { personalise: true });
  await page.evaluate(() => window.homebody.consent({ contribute: true }));
  await page.evaluate(() => window.homebody.rounds.refresh());
  expect(await page.evaluate(() => window.homebody.status().consent.contribute)).toBe(false);
  expect(tap.reports()).toEqual([]);
  await context.close();
});
