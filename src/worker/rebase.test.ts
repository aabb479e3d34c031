import { expect, test } from 'vitest';
import type { LogRecord, StoredExample } from '../core/profile/records.js';
import { emptyState, patchOf, touchedBy } from '../core/profile/state.js';
import { rebased } from './rebase.js';

const vector = (first: number): Float32Array => Float32Array.from({ length: 16 }, (_, at) => (at === 0 ? first : 0));
const example = (itemId: string, own: Float32Array | null): StoredExample => ({
  itemId,
  label: own === null ? 0 : 1,
  sampleWeight: 1,
  indices: Uint32Array.of(itemId.length),
  values: Float32Array.of(1),
  vector: own,
  margin: 0,
});

test('an example that was learned without a vector, as a card passed over is, gets none under another basis', () => {
  const examples = [example('chosen', vector(1)), example('passed over', null)];
  const log: LogRecord[] = [
    {
      position: 1,
      atMs: 0,
      events: [{ queued: { id: 'e', atMs: 0, event: { type: 'click', source: 'ga4' } }, examples }],
      patch: patchOf(emptyState(), touchedBy(examples)),
      modelVersion: 0,
    },
  ];
  const { records } = rebased(null, log, () => vector(-1));
  expect(records[0]!.events[0]!.examples.map((each) => each.vector)).toEqual([vector(-1), null]);
});
