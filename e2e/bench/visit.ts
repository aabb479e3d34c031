import { demoFeed } from '../../demo/feed.js';
import { choose, enterShop, isLearned, type Shopper } from '../support/shopper.js';
import { startBuiltDemo } from '../support/demo.js';
import type { Bench, BenchContext } from './bench.js';
import { budget, spread, type Figure } from './figure.js';

const storedEvents = 2000;
const warmUps = 2; // for the browser's caches
const visits = 21;
const tracedVisits = 9;
const throttle = 4;
const longTaskMs = 50;

interface VisitPage {
  /** Milliseconds of the page's clock. */
  readonly visit: { dcl: number; live: number };
}

/**
 * A return to the demo's home page with a stored profile, at a quarter of the CPU's speed: from DOMContentLoaded to the first order
 * that the worker made for this visit; then, in visits of their own since the browser's trace costs time, the longest task of the main
 * thread in which a script of ours ran.
 */
export const visitBench: Bench = {
  name: 'visit',
  async run(context): Promise<readonly Figure[]> {
    const demo = await startBuiltDemo();
    const shopper = await enterShop(await context.browser(), demo);
    try {
      await fillProfile(shopper);
      const latencies: number[] = [];
      const longest: number[] = [];
      for (let at = 0; at < visits + warmUps; at++) {
        const latency = await visit(shopper, async () => undefined);
        if (at >= warmUps) latencies.push(latency);
      }
      for (let at = 0; at < tracedVisits; at++) longest.push(await tracedVisit(shopper, context));
      context.say(`  DOMContentLoaded → live order, ${storedEvents} events, ${throttle}× throttle: ${spread(latencies)} ms`);
      context.say(`  longest task of a visit with a script of ours: ${spread(longest)} ms of the thread's own time`);
      return [
        budget('visit-live-ranking-p75', quantile(latencies, 0.75), 'ms', 150),
        budget('visit-longest-task-of-ours-p75', quantile(longest, 0.75), 'ms', longTaskMs),
      ];
    } finally {
      await shopper.context.close();
      await demo.close();
    }
  },
};

/** Views of the shop's own paints, one a minute up to now, through the public client. */
async function fillProfile({ page, shopUrl }: Shopper): Promise<void> {
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

/**
 * @param before  when the page is open, before it goes to the shop
 * @returns       ms from DOMContentLoaded to the live order
 */
async function visit({ context, shopUrl }: Shopper, before: () => Promise<unknown>): Promise<number> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: throttle });
  await page.addInitScript(() => {
    const visit: VisitPage['visit'] = { dcl: 0, live: 0 };
    Object.assign(window, { visit });
    document.addEventListener('DOMContentLoaded', () => (visit.dcl = performance.now()));
    // The first order of this visit's own worker; the mirror's comes without a revision of it.
    const wait = (): void => {
      const client = window.homebody;
      if (typeof client?.subscribe !== 'function') return void setTimeout(wait, 1);
      client.subscribe('home', (result) => {
        if (visit.live === 0 && result.code === undefined && result.items.some(({ score }) => score !== 0)) visit.live = performance.now();
      });
    };
    wait();
  });
  await before();
  await page.goto(shopUrl, { waitUntil: 'load' });
  await page.waitForFunction(() => (window as unknown as VisitPage).visit.live > 0);
  await page.waitForTimeout(500); // the panel, the service worker and idle work come after
  const { dcl, live } = await page.evaluate(() => (window as unknown as VisitPage).visit);
  await page.close();
  return live - dcl;
}

/** Of an event of Chromium's trace: `ts` and `dur` in µs of a clock, `tdur` in µs in which the thread itself ran. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: { readonly url?: string } };
}

/**
 * @returns  ms of the thread's own time, so that what other processes take is not counted, throttling included; of whole tasks in
 *           which a script of ours ran, 0 where none did
 */
async function tracedVisit(shopper: Shopper, context: BenchContext): Promise<number> {
  const browser = await context.browser();
  await visit(shopper, () => browser.startTracing(undefined, { categories: ['toplevel', 'devtools.timeline'] }));
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const isInside = (inner: TraceEvent, outer: TraceEvent): boolean =>
    inner.pid === outer.pid && inner.tid === outer.tid && inner.ts >= outer.ts && inner.ts < outer.ts + (outer.dur ?? 0);
  const mainThreads = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const ours = traceEvents.filter(
    ({ name, args, pid, tid }) =>
      (name === 'EvaluateScript' || name === 'FunctionCall') &&
      /\/homebody\/[^/]*\.js/.test(args?.data?.url ?? '') &&
      mainThreads.some((thread) => thread.pid === pid && thread.tid === tid),
  );
  if (ours.length === 0) throw new Error('the trace knows no script of ours');
  const tasks = traceEvents.filter(({ name }) => name === 'ThreadControllerImpl::RunTask');
  const durations = tasks.filter((task) => ours.some((run) => isInside(run, task))).map(({ tdur = 0 }) => tdur / 1000);
  return Math.max(0, ...durations);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}
