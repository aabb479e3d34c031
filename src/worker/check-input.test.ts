import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkItems, checkQueuedEvent } from './check-input.js';

describe('what the page sends', () => {
  test('a whole event passes unchanged', () => {
    const queued = {
      id: 'e1',
      atMs: 5,
      event: {
        type: 'click',
        source: 'ga4',
        items: [
          {
            id: 'a',
            name: 'Sea',
            brand: 'B',
            categories: ['Walls', 'Blue'],
            price: 3.5,
            quantity: 2,
            position: 0,
            available: false,
            tags: ['hue:blue'],
          },
        ],
        list: { id: 'home' },
        value: 7,
        currency: 'EUR',
        orderId: 'o',
        eventId: 'x',
      },
    };
    expect(checkQueuedEvent(queued)).toEqual(queued);
  });

  test('texts lose their edges, prices are read as shops write them, ids stay as the page wrote them', () => {
    const items = [
      { id: ' a ', name: '  Deep Sea ', brand: ' ', price: '1.299,00 €', quantity: 0.5, position: -1 },
      { id: 42, price: -3, tags: [' hue:blue ', ''] },
      { id: '  ', name: 'blank' },
    ];
    const checked = checkQueuedEvent({ id: 'e1', atMs: 5, event: { type: 'view', items, currency: '€', value: 'EUR 12', orderId: 7 } });
    expect(checked?.event).toEqual({
      type: 'view',
      source: 'homebody',
      items: [
        { id: ' a ', name: 'Deep Sea', price: 1299 },
        { id: '42', tags: ['hue:blue'] },
      ],
      currency: 'EUR',
      value: 12,
      orderId: '7',
    });
    expect(checkItems([{ id: ' a ', price: '12,50' }, { id: 'b', price: 'soon' }, 7])).toEqual([{ id: ' a ', price: 12.5 }, { id: 'b' }]);
    expect(checkItems(Array.from({ length: 800 }, (_, at) => ({ id: at }))).length).toBe(800);
  });

  test('fields that nobody named, personal ones among them, and fields of the wrong type are left out', () => {
    const checked = checkQueuedEvent({
      id: 'e1',
      atMs: 5,
      user: 'u',
      event: {
        type: 'click',
        source: 'nobody',
        email: 'a@b.c',
        query: 'secret wishes',
        value: 'seven',
        ts: 4,
        items: [{ id: 'a', price: 'free', categories: 'Walls', address: 'x', sku: 's' }, { name: 'no id' }, 3],
      },
    });
    expect(checked).toEqual({ id: 'e1', atMs: 5, event: { type: 'click', source: 'homebody', items: [{ id: 'a' }] } });
  });

  test.each([
    [null],
    ['x'],
    [{}],
    [{ id: 'e', atMs: 1 }],
    [{ id: 'e', atMs: 1, event: { type: 'telepathy' } }],
    [{ id: 'e', atMs: Number.NaN, event: { type: 'view' } }],
    [{ atMs: 1, event: { type: 'view' } }],
  ])('refuses %j', (value) => expect(checkQueuedEvent(value)).toBeNull());

  test('nothing makes it throw, and what it answers is checked to the same', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const checked = checkQueuedEvent(value);
        expect(checked === null ? null : checkQueuedEvent(checked)).toEqual(checked);
        expect(checkItems(checkItems(value))).toEqual(checkItems(value));
      }),
    );
  });

  test('long texts and long lists are cut', () => {
    const checked = checkItems([{ id: 'x'.repeat(1000), tags: Array.from({ length: 100 }, (_, at) => `t${at}`) }]);
    expect(checked[0]!.id.length).toBe(300);
    expect(checked[0]!.tags?.length).toBe(40);
  });
});
