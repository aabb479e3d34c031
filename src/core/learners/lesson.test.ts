import { describe, expect, test } from 'vitest';
import type { EventType, QueuedEvent } from '../event.js';
import { encodeItem, slotOf } from '../features/encode-item.js';
import { setMargins, toBatches } from './batches.js';
import { lessonOf, type LessonContext } from './lesson.js';
import { MAX_PASSED_OVER, SAMPLED_NEGATIVES, TASTE_LOUDNESS, TASTE_SLOT } from './lesson-rules.js';

const pool = Array.from({ length: 40 }, (_, at) => `p${at}`);

function context(over: Partial<LessonContext> = {}): LessonContext {
  return {
    itemOf: (id) => (id === 'unknown' ? null : { encoded: encodeItem({ id }), vector: null, prior: -0.1, taste: 0 }),
    shownIn: () => [],
    pool,
    isLiked: () => false,
    ...over,
  };
}

const queued = (type: EventType, ids: readonly string[], id = 'event', list?: string): QueuedEvent => ({
  id,
  atMs: 0,
  event: { type, source: 'ga4', items: ids.map((each) => ({ id: each })), ...(list !== undefined && { list: { id: list } }) },
});

describe('lessonOf', () => {
  test('learns a yes before what it was preferred to, louder the more it cost the shopper', () => {
    const weights = (['view', 'click', 'add_to_wishlist', 'add_to_cart', 'purchase'] as const).map((type) => {
      const [first, ...rest] = lessonOf(queued(type, ['p3']), context());
      expect(first).toMatchObject({ itemId: 'p3', label: 1, margin: Math.fround(-0.1), facets: ['id:p3'] });
      expect(rest.map(({ label }) => label)).toEqual(Array(SAMPLED_NEGATIVES).fill(0));
      expect(rest.every(({ facets, itemId }) => facets === undefined && itemId !== 'p3')).toBe(true);
      return first!.sampleWeight;
    });
    expect(weights).toEqual([0.5, 1, 1.5, 2, 3]);
  });

  test('takes the nearest cards above the clicked one, not those below and not those liked before', () => {
    const shown = ['a', 'b', 'c', 'd', 'e', 'f', 'chosen', 'g'];
    const examples = lessonOf(
      queued('click', ['chosen'], 'event', 'home'),
      context({ shownIn: (list) => (list === 'home' ? shown : []), isLiked: (id) => id === 'e', pool: [] }),
    );
    expect(examples.map(({ itemId }) => itemId)).toEqual(['chosen', 'b', 'c', 'd', 'f']);
    expect(examples.length).toBe(1 + MAX_PASSED_OVER);
    expect(
      lessonOf(queued('click', ['chosen'], 'event', 'other'), context({ shownIn: (list) => (list === 'home' ? shown : []), pool: [] }))
        .length,
    ).toBe(1);
  });

  test('counts a card passed over only by what the chosen one has not, and without its vector', () => {
    const tags: Record<string, string[]> = {
      chosen: ['hue:blue', 'finish:matt'],
      passed: ['hue:blue', 'finish:gloss'],
      drawn: ['hue:blue'],
    };
    const vector = Float32Array.of(1, 2);
    const itemOf = (id: string) => ({ encoded: encodeItem({ id, tags: tags[id]! }), vector, prior: 0, taste: 0 });
    const [chosen, passed, drawn] = lessonOf(queued('click', ['chosen'], 'event', 'home'), {
      itemOf,
      shownIn: () => ['passed', 'chosen'],
      pool: ['drawn'],
      isLiked: () => false,
    });
    const whole = itemOf('passed').encoded;
    const own = [...whole.facets.keys()].filter((at) => whole.facets[at] !== 'hue:blue');
    expect(own.length).toBe(2); // gloss and the item itself
    expect(passed).toMatchObject({ itemId: 'passed', label: 0, vector: null });
    expect([...passed!.indices]).toEqual(own.map((at) => whole.indices[at]));
    expect([...passed!.values]).toEqual(own.map((at) => whole.values[at]));
    expect(chosen).toMatchObject({ indices: itemOf('chosen').encoded.indices, vector });
    expect(drawn).toMatchObject({ itemId: 'drawn', indices: itemOf('drawn').encoded.indices, vector });
  });

  test('teaches how far the crowd is followed: the taste prior is a feature of chosen and drawn items, last and without a name', () => {
    const tastes: Record<string, number> = { chosen: -0.5, passed: 0.25, p7: 0.75, calm: 0 };
    const itemOf = (id: string) => ({ encoded: encodeItem({ id }), vector: null, prior: tastes[id]!, taste: tastes[id]! });
    const examples = lessonOf(queued('click', ['chosen', 'calm'], 'event', 'home'), {
      itemOf,
      shownIn: () => ['passed', 'chosen'],
      pool: ['p7'],
      isLiked: () => false,
    });
    const ofTaste = examples.map(({ itemId, indices, values, margin }) => [itemId, values[indices.indexOf(TASTE_SLOT)], margin]);
    expect(ofTaste).toEqual([
      ['chosen', -0.5 * TASTE_LOUDNESS, -0.5],
      ['passed', undefined, 0.25],
      ['p7', 0.75 * TASTE_LOUDNESS, 0.75],
      ['calm', undefined, 0],
    ]);
    expect(examples[0]!.indices.at(-1)).toBe(TASTE_SLOT);
    expect(examples[0]!.facets).toEqual(['id:chosen']);
  });

  test('keeps indices distinct where a facet lives in the bucket of the taste prior', () => {
    let at = 0;
    while (slotOf(`tag:${at}`).index !== TASTE_SLOT) at++;
    const encoded = encodeItem({ id: 'a', tags: [`tag:${at}`] });
    const [own] = lessonOf(
      queued('click', ['a']),
      context({ pool: [], itemOf: () => ({ encoded, vector: null, prior: 0.5, taste: 0.5 }) }),
    );
    expect(own!.indices).toEqual(encoded.indices);
  });

  test('draws the same negatives for the same event and others for another', () => {
    const ids = (eventId: string): string[] => lessonOf(queued('click', ['p0'], eventId), context()).map(({ itemId }) => itemId);
    expect(ids('one')).toEqual(ids('one'));
    expect(ids('one')).not.toEqual(ids('two')); // 8 of 39 drawn twice alike: chance below 1e-11
    expect(new Set(ids('one')).size).toBe(1 + SAMPLED_NEGATIVES);
  });

  test('ends where the pool has nothing else to offer', () => {
    expect(lessonOf(queued('click', ['a']), context({ pool: ['a', 'b'] })).map(({ itemId }) => itemId)).toEqual(['a', 'b']);
    expect(lessonOf(queued('click', ['a']), context({ pool: ['a', 'b'], isLiked: () => true })).map(({ itemId }) => itemId)).toEqual(['a']);
  });

  test('takes a dismissal as one no and nothing more', () => {
    expect(
      lessonOf(queued('dismiss', ['p1']), context()).map(({ itemId, label, sampleWeight, facets }) => ({
        itemId,
        label,
        sampleWeight,
        facets,
      })),
    ).toEqual([{ itemId: 'p1', label: 0, sampleWeight: 2, facets: ['id:p1'] }]);
  });

  test('teaches each bought item once, no negative twice, none of the bought as a negative', () => {
    const examples = lessonOf(queued('purchase', ['p1', 'p2', 'p1', 'p3']), context());
    expect(examples.filter(({ label }) => label === 1).map(({ itemId }) => itemId)).toEqual(['p1', 'p2', 'p3']);
    const ids = examples.map(({ itemId }) => itemId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('says nothing for events that say nothing about taste, or of unknown items', () => {
    for (const type of ['impression', 'search', 'remove_from_cart', 'refund', 'begin_checkout', 'consent'] as const)
      expect(lessonOf(queued(type, ['p1']), context())).toEqual([]);
    expect(lessonOf(queued('click', ['unknown']), context())).toEqual([]);
  });
});

describe('toBatches', () => {
  const example = { sampleWeight: 3, margin: 0.25, vector: null, label: 0 } as const;
  const examples = [
    { ...example, itemId: 'a', indices: Uint32Array.of(2, 5), values: Float32Array.of(1, 2) },
    {
      ...example,
      itemId: 'b',
      indices: Uint32Array.of(7),
      values: Float32Array.of(3),
      label: 1,
      sampleWeight: 2,
      vector: Float32Array.of(4, 5),
    },
    { ...example, itemId: 'c', indices: Uint32Array.of(), values: Float32Array.of(), vector: Float32Array.of(1, 2, 3) },
  ] as const;

  test('lays examples out in rows, in order', () => {
    expect(toBatches(examples, 2).linear).toEqual({
      rows: 3,
      offsets: Uint32Array.of(0, 2, 3, 3),
      indices: Uint32Array.of(2, 5, 7),
      values: Float32Array.of(1, 2, 3),
      labels: Float32Array.of(0, 1, 0),
      sampleWeights: Float32Array.of(3, 2, 3),
      margins: Float32Array.of(0.25, 0.25, 0.25),
    });
  });

  test('gives the factors only vectors of their length, with what the linear learner said as margin', () => {
    const batches = toBatches(examples, 2);
    setMargins(batches, Float32Array.of(10, 20, 30));
    expect(batches.factors).toEqual({
      rows: 1,
      dim: 2,
      vectors: Float32Array.of(4, 5),
      labels: Float32Array.of(1),
      sampleWeights: Float32Array.of(2),
      margins: Float32Array.of(20),
    });
    expect(toBatches(examples, 4).factors).toBeNull();
  });
});
