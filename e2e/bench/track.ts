import type { CDPSession } from 'playwright';
import type { Bench } from './bench.js';
import { budget, median, spread, type Figure } from './figure.js';
import { withPage } from './pages.js';

const repeats = 25;
const eventsPerRepeat = 200;

interface TrackPage {
  bench: { start(): Promise<void>; track(events: number): Promise<number> };
}

/** Time of the page's main thread in tasks, by the browser's own count, from `track` to the acknowledgement of all of it. */
export const trackBench: Bench = {
  name: 'track',
  run: (context) =>
    withPage(context, ['track'], new Map(), async (page): Promise<readonly Figure[]> => {
      const session = await page.context().newCDPSession(page);
      // The thread's own ticks: what other processes take is not the page's cost.
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      await page.evaluate(() => (globalThis as unknown as TrackPage).bench.start());
      const calls: number[] = [];
      const whole: number[] = [];
      const track = (events: number): Promise<number> =>
        page.evaluate((count) => (globalThis as unknown as TrackPage).bench.track(count), events);
      for (let repeat = 0; repeat < repeats; repeat++) {
        const before = await taskSeconds(session);
        calls.push((1000 * (await track(eventsPerRepeat))) / eventsPerRepeat);
        const between = await taskSeconds(session);
        await track(0);
        const after = await taskSeconds(session);
        whole.push(((between - before - (after - between)) * 1e6) / eventsPerRepeat);
      }
      context.say(`  inside track(): ${spread(calls)} µs; with posting and acknowledgement: ${spread(whole)} µs`);
      return [budget('track-main-thread', median(whole), 'µs/event', 5), budget('track-call-alone', median(calls), 'µs/event', 5)];
    }),
};

async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const found = metrics.find((metric) => metric.name === 'TaskDuration');
  if (found === undefined) throw new Error('this browser does not count task time');
  return found.value;
}
