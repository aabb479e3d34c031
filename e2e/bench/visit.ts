import { demoFeed } from '../../demo/feed.js';
import type { Demo } from '../../demo/start.js';
import { choose, enterShop, isLearned, type Shopper } from '../support/shopper.js';
import { startBuiltDemo } from '../support/demo.js';
import type { Bench, BenchContext } from './bench.js';
import { budget, median, spread, type Figure } from './figure.js';

const storedEvents = 2000;
const visits = 21;
const throttle = 4;
const longTaskMs = 50;

interface VisitPage {
  /** Milliseconds of the page's clock. */
  readonly visit: { dcl: number; live: number; longTasks: { readonly ms: number; readonly from: string }[] };
}

/**
 * A return to the demo's home page with a stored profile, at a quarter of the CPU's speed: from DOMContentLoaded to the first order
 * that the worker made for this visit, and the main thread's long tasks with and without our scripts.
 */
export const visitBench: Bench = {
  name: 'visit',
  async run(context): Promise<readonly Figure[]> {
    const demo = await startBuiltDemo();
    const shopper = await enterShop(await context.browser(), demo);
    try {
      await fillProfile(shopper, demo);
      const measured = await measure(shopper, demo, context);
      const latencies = measured.map(({ dcl, live }) => live - dcl);
      const longest = measured.map(({ longTasks }) => Math.max(0, ...longTasks.map(({ ms }) => ms)));
      await shopper.context.route(/\/(homebody|assets)\/.*\.js/, (route) => route.abort());
      const bare = (await measure(shopper, demo, context, false)).map(({ longTasks }) => Math.max(0, ...longTasks.map(({ ms }) => ms)));
      context.say(`  DOMContentLoaded → live order, ${storedEvents} events, ${throttle}× throttle: ${spread(latencies)} ms`);
      context.say(`  longest task of a visit: ${spread(longest)} ms; with no script of ours or the shop's: ${spread(bare)} ms`);
      return [
        budget('visit-live-ranking-p75', quantile(latencies, 0.75), 'ms', 150),
        budget('visit-longest-task-median', median(longest), 'ms', null),
        budget('visit-longest-task-without-scripts-median', median(bare), 'ms', null),
        budget('visit-longest-task-beyond-the-bare-page', Math.max(0, median(longest) - Math.max(longTaskMs, median(bare))), 'ms', 0),
      ];
    } finally {
      await shopper.context.close();
      await demo.close();
    }
  },
};

/** Views of the shop's own paints, one a minute up to now, through the public client. */
async function fillProfile({ page, shopUrl }: Shopper, _demo: Demo): Promise<void> {
  await page.goto(shopUrl);
  await choose(page, { personalise: true });
  const ids = demoFeed()
    .filter((_item, at) => at % 7 === 0)
    .map(({ id }) => id);
  await page.evaluate(
    async ([all, count]) => {
      const platformNow = Date.now;
      for (let at = 0; at < count; at++) {
        const atMs = platformNow.call(Date) - (count - at) * 60_000;
        Date.now = () => atMs;
        window.homebody.track({ type: 'view', items: [{ id: all[(at * 31) % all.length]! }] });
        Date.now = platformNow;
        if (at % 100 === 99) await window.homebody.flush();
      }
      await window.homebody.flush();
    },
    [ids, storedEvents] as const,
  );
  await isLearned(page);
  const { eventCount } = await page.evaluate(() => window.homebody.profile.get());
  if (eventCount < storedEvents) throw new Error(`only ${eventCount} of ${storedEvents} events are in the profile`);
}

async function measure(
  { context, shopUrl }: Shopper,
  _demo: Demo,
  { say }: BenchContext,
  hasScripts = true,
): Promise<VisitPage['visit'][]> {
  const results: VisitPage['visit'][] = [];
  for (let at = 0; at < visits + 2; at++) {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: throttle });
    await page.addInitScript(() => {
      const visit: VisitPage['visit'] = { dcl: 0, live: 0, longTasks: [] };
      Object.assign(window, { visit });
      document.addEventListener('DOMContentLoaded', () => (visit.dcl = performance.now()));
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) visit.longTasks.push({ ms: entry.duration, from: JSON.stringify(entry.toJSON()) });
      }).observe({ type: 'longtask', buffered: true });
      // The first order of this visit's own worker; the mirror's comes without a revision of it.
      const wait = (): void => {
        const client = window.homebody;
        if (typeof client?.subscribe !== 'function') return void setTimeout(wait, 1);
        client.subscribe('home', (result) => {
          if (visit.live === 0 && result.code === undefined && result.items.some(({ score }) => score !== 0))
            visit.live = performance.now();
        });
      };
      wait();
    });
    await page.goto(shopUrl, { waitUntil: 'load' });
    if (hasScripts) await page.waitForFunction(() => (window as unknown as VisitPage).visit.live > 0);
    await page.waitForTimeout(500); // the panel, the service worker and idle work come after
    const visit = await page.evaluate(() => (window as unknown as VisitPage).visit);
    if (at >= 2) results.push(visit); // the first two warm the browser's caches
    await page.close();
  }
  say(`  ${results.length} visits`);
  return results;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}
