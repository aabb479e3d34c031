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
  await track(200);
  await client.flush();
}

/** Tracks and waits until all of it is durable. Answers the time inside the calls alone, µs per event. */
async function track(events: number): Promise<number> {
  const startedAt = performance.now();
  for (let number = 0; number < events; number++) {
    const item = shop[(number * 7) % 24]!;
    client.track({
      type: 'click',
      list: { id: 'home' },
      items: [{ id: item.id, name: item.name!, brand: item.brand!, categories: item.categories!, price: item.price!, position: (number * 7) % 24 }],
    });
  }
  const callsMs = performance.now() - startedAt;
  await client.flush();
  return (callsMs * 1000) / events;
}

/** The same with nothing tracked: what the bench itself costs the page. */
async function idle(): Promise<void> {
  await client.flush();
}

Object.assign(globalThis, { bench: { start, track, idle } });
