import type { QueuedEvent } from '../event.js';
import type { EncodedItem } from '../features/encode-item.js';
import { hashText } from '../features/murmur-hash.js';
import type { StoredExample } from '../profile/records.js';
import { seededRandom } from '../random.js';
import {
  DISMISS_WEIGHT,
  MAX_ITEMS_PER_LESSON,
  MAX_PASSED_OVER,
  PASSED_OVER_WEIGHT,
  POSITIVE_WEIGHTS,
  SAMPLED_NEGATIVES,
  SAMPLED_WEIGHT,
  TASTE_LOUDNESS,
  TASTE_SLOT,
} from './lesson-rules.js';

/** What is known of an item when something is learned about it. */
export interface LessonItem {
  readonly encoded: EncodedItem;
  /** The item's vector under the model in force, else null. */
  readonly vector: Float32Array | null;
  /** Prior part of its score now (position and taste); 0 where it has no place. */
  readonly prior: number;
  /** The taste prior in it, unweighted; 0 without a shared model. */
  readonly taste: number;
}

export interface LessonContext {
  /** By canonical id; null for an item nobody has described. Pure within one lesson. */
  itemOf(id: string): LessonItem | null;
  /** Canonical ids of the last impression of a list, top to bottom; empty where none is known. */
  shownIn(list: string): readonly string[];
  /** Canonical ids to draw negatives from: the remembered candidates, else the catalogue. */
  readonly pool: readonly string[];
  /** Has the shopper said yes to it before? Such an item is never taken for a negative. */
  isLiked(id: string): boolean;
}

/**
 * What one event teaches: the event's own items first, each followed by what it was preferred to, namely cards passed
 * over on the way to it and items drawn by chance. The chance is seeded by the event's id, so a lesson can be repeated.
 *
 * A click on a card below another says “rather this than that”, not that the other was bad: on a page of blues all cards
 * passed over are blue. So such a card counts only by what it has and the preferred one has not, and without its vector.
 *
 * The taste prior is a feature like any other, with a weight of its own: it learns how far this shopper follows the crowd.
 *
 * @param queued  items carry canonical ids
 * @returns       empty where the event says nothing about taste
 * @see Joachims 2002, Optimizing search engines using clickthrough data, section 3.1 (“click > skip above”)
 */
export function lessonOf(queued: QueuedEvent, context: LessonContext): readonly StoredExample[] {
  const { event } = queued;
  const weight = POSITIVE_WEIGHTS[event.type] ?? (event.type === 'dismiss' ? DISMISS_WEIGHT : 0);
  if (weight === 0) return [];
  const label = event.type === 'dismiss' ? 0 : 1;
  const own = [...new Set((event.items ?? []).map(({ id }) => id))].slice(0, MAX_ITEMS_PER_LESSON);
  const random = seededRandom(hashText(queued.id, 0));
  const examples: StoredExample[] = [];
  const used = new Set(own);
  const add = (id: string, exampleLabel: 0 | 1, sampleWeight: number, preferred?: Uint32Array): void => {
    const item = context.itemOf(id);
    if (!item) return;
    const { encoded, vector, prior } = item;
    examples.push({
      itemId: id,
      label: exampleLabel,
      sampleWeight,
      ...(preferred ? withoutShared(encoded, preferred) : withTaste(item)),
      ...(own.includes(id) && { facets: encoded.facets }),
      vector: preferred ? null : vector,
      margin: Math.fround(prior),
    });
  };
  const isFree = (id: string): boolean => !used.has(id) && !context.isLiked(id);
  for (const id of own) {
    const before = examples.length;
    add(id, label, weight);
    if (label === 0 || examples.length === before) continue;
    const { indices } = examples[before]!;
    for (const passed of passedOver(context.shownIn(event.list?.id ?? event.list?.name ?? ''), id, isFree)) {
      used.add(passed);
      add(passed, 0, weight * PASSED_OVER_WEIGHT, indices);
    }
    for (let drawn = 0, tries = 0; drawn < SAMPLED_NEGATIVES && tries < 4 * SAMPLED_NEGATIVES && context.pool.length > 0; tries++) {
      const sampled = context.pool[Math.floor(random.nextUnit() * context.pool.length)]!;
      if (!isFree(sampled)) continue;
      used.add(sampled);
      drawn += 1;
      add(sampled, 0, weight * SAMPLED_WEIGHT);
    }
  }
  return examples;
}

type Features = Pick<StoredExample, 'indices' | 'values'>;

/** The item's features and, last, the taste prior of its cell. */
function withTaste({ encoded: { indices, values }, taste }: LessonItem): Features {
  // Indices of a row are distinct: a facet that happens to live in the bucket keeps it
  if (taste === 0 || indices.includes(TASTE_SLOT)) return { indices, values };
  return { indices: Uint32Array.of(...indices, TASTE_SLOT), values: Float32Array.of(...values, TASTE_LOUDNESS * taste) };
}

function withoutShared({ indices, values }: EncodedItem, preferred: Uint32Array): Features {
  const isOwn = (_: number, at: number): boolean => !preferred.includes(indices[at]!);
  return { indices: indices.filter(isOwn), values: values.filter(isOwn) };
}

function passedOver(shown: readonly string[], id: string, isFree: (id: string) => boolean): readonly string[] {
  const place = shown.indexOf(id);
  return place <= 0 ? [] : shown.slice(0, place).filter(isFree).slice(-MAX_PASSED_OVER);
}
