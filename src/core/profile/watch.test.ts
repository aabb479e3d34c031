import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import { forget, learn, relearn, touchedByEvents, touchedByLearning, undoOf } from './learn.js';
import type { LogRecord, StoredEvent, StoredExample } from './records.js';
import { countRecord, emptyState, paramsBytes, patchOf, stateOf, type ProfileState } from './state.js';
import { emptyWatch, misordersOf, runsOf } from './watch.js';

/** A shopper of known taste: of twelve items they take the one they like best (with Gumbel noise), and pass eight others over. */
function shopper(seed: number): (hue: number, style: number) => StoredEvent {
  const random = seededRandom(seed);
  let count = 0;
  return (hue, style) => {
    const pool = Array.from({ length: 12 }, () => [random.nextUint32() % 8, random.nextUint32() % 6, random.nextUint32() % 400] as const);
    const liking = pool.map(
      ([itemHue, itemStyle]) =>
        3 * Number(itemHue === hue) + 1.5 * Number(itemStyle === style) - Math.log(-Math.log(1 - random.nextUnit())),
    );
    const best = liking.indexOf(Math.max(...liking));
    const example = ([itemHue, itemStyle, id]: readonly [number, number, number], label: 0 | 1): StoredExample => ({
      itemId: String(id),
      label,
      sampleWeight: label === 1 ? 1 : 0.25,
      indices: Uint32Array.of(itemHue, 20 + itemStyle, 100 + id),
      values: Float32Array.of(0.75, 0.6, 0.27),
      vector: null,
      margin: 0,
    });
    const passed = pool.filter((_, at) => at !== best).slice(0, 8);
    const id = `e${count++}`;
    return {
      queued: { id, atMs: count * 1000, event: { type: 'click', source: 'ga4', items: [{ id }] } },
      examples: [example(pool[best]!, 1), ...passed.map((item) => example(item, 0))],
    };
  };
}

const life = 3000;
const after = 400;

/** How right the order was before each event of a life with an abrupt change of taste; optionally deaf to it. */
function orders(seed: number, isWatching: boolean): readonly number[] {
  const state = emptyState();
  const shop = shopper(seed);
  const right: number[] = [];
  for (let at = 0; at < life + after; at++) {
    const { misorders } = learn(state, [at < life ? shop(2, 3) : shop(5, 1)]);
    right.push(1 - misorders[0]!);
    if (!isWatching) state.watch = emptyWatch;
  }
  return right;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Events until the order of the next 30 is within 5 % of what it was, mean over seeds. */
function recovery(runs: readonly (readonly number[])[]): number {
  const course = runs[0]!.map((_, at) => mean(runs.map((run) => run[at]!)));
  const before = mean(course.slice(life - 400, life));
  for (let at = 0; at + 30 <= after; at++) if (mean(course.slice(life + at, life + at + 30)) >= before - 0.05 * (before - 0.5)) return at;
  return Infinity;
}

describe('a profile that watches itself', () => {
  test('recovers from an abrupt change of taste with at most 40 % of the events that fixed steps need', () => {
    const seeds = Array.from({ length: 20 }, (_, at) => 100 + at);
    const watching = recovery(seeds.map((seed) => orders(seed, true)));
    const deaf = recovery(seeds.map((seed) => orders(seed, false)));
    expect(deaf).toBeGreaterThan(100);
    expect(watching).toBeLessThanOrEqual(0.4 * deaf);
  }, 60_000);

  test('of a steady taste is the same to the bit as one that does not look: seeds are fixed, this is a fact about them', () => {
    const shop = shopper(3);
    const events = Array.from({ length: 600 }, () => shop(2, 3));
    expect(learn(emptyState(), events).freshened).toEqual([]);
  });
});

describe('a change of taste', () => {
  const shop = shopper(101);
  const events = [...Array.from({ length: 400 }, () => shop(2, 3)), ...Array.from({ length: 120 }, () => shop(5, 1))];

  /** Learns live in records of `size` events. */
  function live(all: readonly StoredEvent[], size: number): { state: ProfileState; log: LogRecord[]; changes: number } {
    const state = emptyState();
    const log: LogRecord[] = [];
    let changes = 0;
    for (let start = 0; start < all.length; start += size) {
      const group = all.slice(start, start + size);
      const learned = learn(state, group);
      changes += learned.freshened.length;
      const patch = patchOf(state, touchedByLearning(touchedByEvents(state, group), learned));
      const record = { position: state.logPosition + 1, atMs: start, events: group, patch, misorders: learned.misorders, modelVersion: 0 };
      countRecord(state, record);
      log.push(record);
    }
    return { state, log, changes };
  }

  test('is seen at the same event however events are grouped, and the fold of the log has it too', () => {
    const one = live(events, 1);
    expect(one.changes).toBeGreaterThan(0);
    for (const size of [7, 100, 520]) {
      const { state, log } = live(events, size);
      expect(paramsBytes(state), `groups of ${size}`).toEqual(paramsBytes(one.state));
      expect(state.watch).toEqual(one.state.watch);
      const folded = stateOf(null, structuredClone(log));
      expect(paramsBytes(folded)).toEqual(paramsBytes(state));
      expect(folded.watch).toEqual(state.watch);
    }
    expect(paramsBytes(relearn(null, events))).toEqual(paramsBytes(one.state));
  });

  test('is forgotten with the events that made it', () => {
    const { log } = live(events, 10);
    const forgotten = forget(null, log, { eventId: 'e450' });
    const never = events.filter(({ queued }) => queued.id !== 'e450');
    expect(paramsBytes(forgotten.state)).toEqual(paramsBytes(relearn(null, never)));
    const rewritten = log.map((record) => forgotten.records.find(({ position }) => position === record.position) ?? record);
    expect(paramsBytes(stateOf(null, rewritten))).toEqual(paramsBytes(forgotten.state));
    expect(stateOf(null, rewritten).watch).toEqual(forgotten.state.watch);
  });

  test('is undone whole where the record cannot be written', () => {
    const state = relearn(null, events.slice(0, 400));
    const before = structuredClone(state);
    const undo = undoOf(state, touchedByEvents(state, events.slice(400)));
    expect(learn(state, events.slice(400)).freshened.length).toBeGreaterThan(0);
    undo();
    expect(paramsBytes(state)).toEqual(paramsBytes(before));
    expect(state.watch).toEqual(before.watch);
  });
});

test('runs end where a look is due, and an event without a comparison does not count', () => {
  const shop = shopper(1);
  const plain = Array.from({ length: 10 }, () => shop(2, 3));
  const alone: StoredEvent = { ...plain[0]!, examples: plain[0]!.examples.slice(0, 1) };
  const sizes = (events: readonly StoredEvent[], pending: readonly number[] = []): number[] =>
    runsOf({ ...emptyWatch, pending }, events).map(({ length }) => length);
  expect(sizes(plain)).toEqual([8, 2]);
  expect(sizes([alone, ...plain])).toEqual([9, 2]);
  expect(sizes(plain, [0, 0, 0])).toEqual([5, 5]);
  expect(sizes([])).toEqual([]);
});

test('misorder is the share of noes above the yes, ties half', () => {
  const event = shopper(1)(2, 3);
  const [yes, ...noes] = event.examples;
  const events = [
    { ...event, examples: [noes[0]!] },
    { ...event, examples: [yes!, noes[0]!, noes[1]!, noes[2]!] },
  ];
  expect(misordersOf(events, Float32Array.of(9, 1, 2, 1, 0))).toEqual([0.5]);
});
