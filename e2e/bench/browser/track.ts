import { createClient, type Item } from '../../../src/index.js';

/** The page's part of the tracking bench: the real client with its real worker; the runner reads the main thread's own count. */

const shop: readonly Item[] = Array.from({ length: 120 }, (_, number) => ({
  id: `P${number}`,
  name: `Paint ${number}`,
  brand: `Maker ${number % 7}`,
  categories: [`Hue ${number % 9}`, `Tone ${number % 5}`],
  price: 10 + (number % 30),
}));
const client = createClient({ site: 'bench', switchUrl: false, onError: (error) => console.log(`${error.code}: ${error.message}`) });

async function start(): Promise<void> {
  await client.consent({ personalise: true });
  await client.rank('home', shop, { deadlineMs: 10_000 });
  for (let warmUp = 0; warmUp < 15; warmUp++) await track(200);
}

/** A task of the page's own, as a click handler is one: what runs inside `evaluate` is not in the browser's count. */
function inTask<Result>(run: () => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => setTimeout(() => void run().then(resolve, reject), 0));
}

let tracked = 0;

/** Tracks and waits until all of it is durable; with 0 events, what the bench itself costs. Answers ms inside the calls alone. */
function track(events: number): Promise<number> {
  return inTask(async () => {
    const startedAt = performance.now();
    for (let number = 0; number < events; number++) {
      const item = shop[(number * 7) % 24]!;
      // Ids of their own: the same item again within half a second would count as one event.
      const id = `${item.id}-${tracked++}`;
      client.track({
        type: 'click',
        list: { id: 'home' },
        items: [
          { id, name: item.name!, brand: item.brand!, categories: item.categories!, price: item.price!, position: (number * 7) % 24 },
        ],
      });
    }
    const callsMs = performance.now() - startedAt;
    await client.flush();
    return callsMs;
  });
}

Object.assign(globalThis, { bench: { start, track } });
