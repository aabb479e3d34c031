import { expect, test } from 'vitest';
import { eventsOf, keptText, type WaitingEvent } from './kept-events.js';

const waiting = (count: number, name = 'x'): WaitingEvent[] =>
  Array.from({ length: count }, (_, i) => ({ id: `e${i}`, atMs: 1000, json: JSON.stringify({ type: 'view', query: name }) }));

test('what is kept reads back as it was', () => {
  expect(eventsOf(keptText(waiting(3)), 1000)).toEqual(waiting(3));
  expect(keptText([])).toBeNull();
});

test('keeps the newest 100 events, and of large ones the newest that have room in 50,000 characters', () => {
  expect(eventsOf(keptText(waiting(130)), 1000).map(({ id }) => id)).toEqual(
    waiting(130)
      .slice(30)
      .map(({ id }) => id),
  );
  const text = keptText(waiting(90, 'large'.repeat(200)))!;
  expect(text.length).toBeLessThanOrEqual(50_000);
  expect(text.length).toBeGreaterThan(48_000);
  expect(eventsOf(text, 1000).at(-1)?.id).toBe('e89');
  expect(keptText(waiting(1, 'x'.repeat(60_000)))).toBeNull();
});

test('what is older than ten minutes is not brought back', () => {
  expect(eventsOf(keptText(waiting(1)), 1000 + 599_999)).toHaveLength(1);
  expect(eventsOf(keptText(waiting(1)), 1000 + 600_000)).toEqual([]);
});

test.each([null, '', '{', 'null', '7', '{}', '[null]', '[7]', '["e"]'])('%j, which is not ours, is nothing', (text) => {
  expect(eventsOf(text, 1000)).toEqual([]);
});

test('an entry without an event does not stop the others from being read', () => {
  const events = eventsOf('[{"id":"a","atMs":1},{"id":"b","atMs":1,"event":{"type":"view"}}]', 1000);
  expect(events.map(({ json }) => JSON.parse(json) as unknown)).toEqual([{}, { type: 'view' }]);
});
