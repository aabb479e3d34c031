import { afterEach, expect, vi } from 'vitest';
import type { SdkError } from '../core/errors.js';
import type { QueuedEvent } from '../core/event.js';
import { createPageClient } from './client.js';
import type { Client, ClientOptions } from './client-types.js';
import { fakeWorkerSource, type Told } from './fake-worker.contract.js';

const clients: Client[] = [];
let count = 0;

/** A client of a site of its own on a worker that only tells what it was asked. */
export function setUp(options: Partial<ClientOptions> = {}, tune = '') {
  const site = options.site ?? `site-${count++}`;
  const channel = new BroadcastChannel(`told-${count}-${Math.random()}`);
  const told: Told[] = [];
  channel.addEventListener('message', (event) => told.push(event.data as Told));
  const errors: SdkError[] = [];
  const make = (): Client => {
    const client = createPageClient(
      { switchUrl: false, onError: (error) => errors.push(error), ...options, site },
      { workerSource: fakeWorkerSource(channel.name, tune), chunks: null },
    );
    clients.push(client);
    return client;
  };
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(`homebody/${site}/`));
  const asked = (method: string) => told.filter((each) => each.method === method);
  const events = () => asked('ingest').map((each) => each.args[0] as QueuedEvent[]);
  /** What the worker was asked reaches the test a little later than its answer reaches the client. */
  const tracked = async (...ids: readonly string[]) => {
    await vi.waitFor(() =>
      expect(
        events()
          .flat()
          .map((queued) => queued.event.items?.[0]?.id),
      ).toEqual(ids),
    );
  };
  return { site, make, client: make(), told, asked, events, tracked, errors, keys };
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  localStorage.clear();
  sessionStorage.clear();
});

export const items = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
export const click = (id: string) => ({ type: 'click', items: [{ id }] }) as const;
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
