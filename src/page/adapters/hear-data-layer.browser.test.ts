import { afterEach, expect, test } from 'vitest';
import { hearDataLayer } from './hear-data-layer.js';

const host = window as { dataLayer?: unknown[] };
afterEach(() => {
  delete host.dataLayer;
});

test('tracks what the page tells GA4, but for consent and what somebody searched for', () => {
  host.dataLayer = [['event', 'search', { search_term: 'secret wishes' }]];
  const tracked: unknown[] = [];
  const heard: unknown[] = [];
  const client = { track: (event: unknown) => void tracked.push(event), flush: async () => {} };
  hearDataLayer(
    client as never, // the two calls that are made
    (event) => heard.push(event),
    (thrown) => heard.push(thrown),
  );
  host.dataLayer.push(['consent', 'update', { ad_storage: 'denied' }], { event: 'view_item', ecommerce: { items: [{ item_id: 'a' }] } });
  expect(tracked).toEqual([
    { type: 'search', source: 'ga4', items: [] },
    { type: 'view', source: 'ga4', items: [{ id: 'a' }] },
  ]);
  expect(JSON.stringify(tracked)).not.toContain('secret');
  expect(heard.map((event) => (event as { type: string }).type)).toEqual(['search', 'consent', 'view']);
  expect(heard[0]).toMatchObject({ query: 'secret wishes' });
});
