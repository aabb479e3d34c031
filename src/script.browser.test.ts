import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { SdkError } from './core/errors.js';
import type { ScriptApi } from './script.js';

interface Host {
  homebody?: ScriptApi;
}

const host = window as unknown as Host;
const errors: SdkError[] = [];
const seen: string[] = [];

/** Loads the script as a page would: stub first, `document.currentScript` is its tag. */
beforeAll(async () => {
  addEventListener('homebody:error', (event) => errors.push((event as CustomEvent<SdkError>).detail));
  const waiting = [
    ['track', { type: 'view', items: [{ id: 'a' }] }],
    (client: ScriptApi) => seen.push(client.site),
    ['noSuchMethod'],
    () => {
      throw new Error('the shop’s own');
    },
  ];
  Object.assign(window, { homebody: { q: waiting, push: (command: unknown) => waiting.push(command as never) } });
  const tag = document.createElement('script');
  tag.src = `${location.origin}/folder/homebody.iife.js`;
  Object.assign(tag.dataset, { site: 'tag', switch: 'off', storage: 'memory', engine: 'reference' });
  Object.defineProperty(document, 'currentScript', { value: tag, configurable: true });
  await import('./script.js');
  Reflect.deleteProperty(document, 'currentScript');
});

afterEach(() => void errors.splice(0));

test('drains the stub’s queue in order, and a bad call in it stops neither the page nor the next call', () => {
  expect(seen).toEqual(['tag']);
  expect(errors.map((error) => error.code)).toEqual(['internal', 'internal']);
});

test('leaves the client, a push that runs at once, and a promise of it', async () => {
  const api = host.homebody!;
  expect(await api.ready).toBe(api);
  api.push((client) => seen.push(client.status().phase));
  expect(seen).toEqual(['tag', 'idle']);
  expect(api.status().consent).toEqual({ personalise: false, contribute: false });
});

test('asks for the storefront only after consent, beside the script, and says so where it is missing', async () => {
  const requests = () => performance.getEntriesByType('resource').filter(({ name }) => name.includes('storefront'));
  expect(requests()).toEqual([]);
  await host.homebody!.consent({ personalise: true });
  await vi.waitFor(() => expect(errors.map((error) => error.code)).toContain('network'));
  expect(errors.find((error) => error.code === 'network')?.message).toContain(`${location.origin}/folder/`);
  expect((await host.homebody!.rank('home', [{ id: 'a' }, { id: 'b' }], { deadlineMs: 5000 })).items).toHaveLength(2);
  await host.homebody!.profile.erase();
  await host.homebody!.close();
});
