import type { CDPSession } from 'playwright';
import type { Bench } from './bench.js';
import { budget, median, spread, type Figure } from './figure.js';
import { withPage } from './pages.js';

const repeats = 15;
const eventsPerRepeat = 200;

interface TrackPage {
  bench: { start(): Promise<void>; track(events: number): Promise<number>; idle(): Promise<void> };
}

/** Script time of the page's main thread, by the browser's own count, from `track` to the acknowledgement of all of it. */
export const trackBench: Bench = {
  name: 'track',
  run: (context) =>
    withPage(context, ['track'], new Map(), async (page): Promise<readonly Figure[]> => {
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable');
      await page.evaluate(() => (globalThis as unknown as TrackPage).bench.start());
      const calls: number[] = [];
      const whole: number[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) {
        const before = await scriptSeconds(session);
        calls.push(await page.evaluate((events) => (globalThis as unknown as TrackPage).bench.track(events), eventsPerRepeat));
        const between = await scriptSeconds(session);
        await page.evaluate(() => (globalThis as unknown as TrackPage).bench.idle());
        const after = await scriptSeconds(session);
        whole.push(((between - before - (after - between)) * 1e6) / eventsPerRepeat);
      }
      context.say(`  inside track(): ${spread(calls)} µs; with posting and acknowledgement: ${spread(whole)} µs`);
      return [budget('track-main-thread', median(whole), 'µs/event', 5), budget('track-call-alone', median(calls), 'µs/event', 5)];
    }),
};

async function scriptSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const found = metrics.find((metric) => metric.name === 'ScriptDuration');
  if (found === undefined) throw new Error('this browser does not count script time');
  return found.value;
}
