import { describe, expect, test } from 'vitest';
import { listenToDataLayer } from './data-layer.js';

function listen(host: { dataLayer?: unknown[] }) {
  const heard: unknown[] = [];
  const errors: unknown[] = [];
  const scan = listenToDataLayer(
    host,
    (entry) => heard.push(entry),
    (thrown) => errors.push(thrown),
  );
  return { heard, errors, scan, layer: host.dataLayer! };
}

/** What the usual gtag stub pushes: its Arguments object. */
function gtagArguments(..._values: unknown[]): IArguments {
  // eslint-disable-next-line prefer-rest-params
  return arguments;
}

describe('listenToDataLayer', () => {
  test('replays what was pushed before, in order', () => {
    const before = [gtagArguments('event', 'view_item'), { ecommerce: null }];
    expect(listen({ dataLayer: [...before] }).heard).toEqual(before);
  });

  test('makes the array where the page has none', () => {
    const host: { dataLayer?: unknown[] } = {};
    const { heard } = listen(host);
    host.dataLayer!.push({ event: 'a' });
    expect(heard).toEqual([{ event: 'a' }]);
  });

  test('hears each push once, several entries of one push, and the same object pushed twice as two', () => {
    const { heard, layer, scan } = listen({ dataLayer: [] });
    const constant = { event: 'again' };
    expect(layer.push({ event: 'a' }, { event: 'b' })).toBe(2);
    layer.push(constant);
    layer.push(constant);
    scan();
    expect(heard).toEqual([{ event: 'a' }, { event: 'b' }, constant, constant]);
  });

  test('hears each push once when another script wraps push after us', () => {
    const { heard, layer } = listen({ dataLayer: [] });
    const ours = layer.push.bind(layer);
    layer.push = (...entries: unknown[]) => ours(...entries);
    layer.push({ event: 'a' });
    expect(heard).toEqual([{ event: 'a' }]);
  });

  test('finds what went around us at the next scan, once', () => {
    const { heard, layer, scan } = listen({ dataLayer: [{ event: 'old' }] });
    layer.push = Array.prototype.push;
    layer.push({ event: 'a' });
    layer.push({ event: 'b' });
    scan();
    scan();
    expect(heard).toEqual([{ event: 'old' }, { event: 'a' }, { event: 'b' }]);
  });

  test('finds what went around us even when a later push came through us', () => {
    const { heard, layer } = listen({ dataLayer: [] });
    layer[0] = { event: 'around' };
    layer.push({ event: 'through' });
    expect(heard).toEqual([{ event: 'around' }, { event: 'through' }]);
  });

  test('survives a tag manager that truncates the array from the front', () => {
    const { heard, layer, scan } = listen({ dataLayer: [] });
    for (let i = 0; i < 5; i++) layer.push({ event: `e${i}` });
    layer.splice(0, 4);
    scan();
    expect(heard).toHaveLength(5);
  });

  test('follows the page to a new array', () => {
    const host: { dataLayer?: unknown[] } = { dataLayer: [] };
    const { heard, scan } = listen(host);
    host.dataLayer = [{ event: 'new' }];
    scan();
    host.dataLayer.push({ event: 'later' });
    expect(heard).toEqual([{ event: 'new' }, { event: 'later' }]);
  });

  test('an error of the listener never reaches the page, and the push goes through', () => {
    const host = { dataLayer: [] as unknown[] };
    const errors: unknown[] = [];
    listenToDataLayer(
      host,
      () => {
        throw new Error('ours');
      },
      (thrown) => errors.push(thrown),
    );
    expect(host.dataLayer.push({ event: 'a' })).toBe(1);
    expect(errors).toHaveLength(1);
  });
});
