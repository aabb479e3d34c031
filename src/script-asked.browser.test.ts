import { beforeAll, expect, test, vi } from 'vitest';
import type { ScriptApi } from './script.js';

const expected: Promise<unknown>[] = [];
let api: ScriptApi;

beforeAll(async () => {
  addEventListener('test:expected', (event) => expected.push((event as CustomEvent<Promise<unknown>>).detail));
  const tag = document.createElement('script');
  tag.src = `${location.origin}/homebody.iife.js`;
  Object.assign(tag.dataset, { site: 'asked', switch: 'off', storage: 'memory', engine: 'reference', chunkBase: '/src/page/fixtures' });
  Object.defineProperty(document, 'currentScript', { value: tag, configurable: true });
  await import('./script.js');
  Reflect.deleteProperty(document, 'currentScript');
  api = (window as unknown as { homebody: ScriptApi }).homebody;
  await api.consent({ personalise: true });
  await vi.waitFor(() => expect(expected).toHaveLength(1)); // the consent itself was asked for
});

test('“less like this” is asked for: the order may change before the shopper’s eyes until it is learned; a view is not', async () => {
  expected.length = 0;
  api.track({ type: 'view', items: [{ id: 'a' }] });
  api.push(['track', { type: 'click', items: [{ id: 'a' }] }]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(expected).toEqual([]);
  api.push(['track', { type: 'dismiss', items: [{ id: 'a' }] }]);
  await vi.waitFor(() => expect(expected).toHaveLength(1));
  await expected[0];
  expect((await api.profile.get()).timeline.map(({ type }) => type)).toContain('dismiss');
});

test('track still throws nothing, whatever it is given', () => {
  api.track(undefined as never);
  api.track(null as never);
});
