import { slotOf } from '../features/encode-item.js';
import { LINEAR_RULE } from '../learners/rules.js';
import { exp } from '../learners/sigmoid.js';
import type { StoredEvent } from '../profile/records.js';
import type { ProfileState } from '../profile/state.js';
import { labelOf } from './facet-words.js';

export interface Belief {
  /** `hue:blue`, `brand:Northwind`, `category:Walls` … */
  readonly facet: string;
  readonly label: string;
  /** −1 … 1: dislikes to likes. */
  readonly leaning: number;
  /** 0 … 1, from how many different items speak for it and how recently: looking twice at one says no more of its kind. */
  readonly confidence: number;
  readonly events: number;
}

const LN2 = 0.6931471805599453;
const HALF_LIFE_MS = 30 * 86_400_000;
/** Items at which confidence reaches one half. */
const HALF_CONFIDENCE_ITEMS = 3;
const MAX_BELIEFS = 60;

/**
 * What the profile believes, in facets the shopper has acted on, strongest first. The leaning is the learned weight
 * itself, squeezed; the events are those whose own item has the facet. Single items are no beliefs, and a word of a name
 * is one only from 2 items on.
 */
export function beliefsOf(state: ProfileState, events: readonly StoredEvent[], nowMs: number): readonly Belief[] {
  const evidence = new Map<string, { events: number; readonly items: Map<string, number> }>();
  for (const { queued, examples } of events) {
    const decay = exp((-LN2 * Math.max(0, nowMs - queued.atMs)) / HALF_LIFE_MS);
    const seen = new Set<string>();
    for (const { itemId, facets = [] } of examples) {
      for (const facet of facets) {
        const held = evidence.get(facet) ?? { events: 0, items: new Map<string, number>() };
        if (!seen.has(facet)) held.events += 1;
        held.items.set(itemId, Math.max(held.items.get(itemId) ?? 0, decay));
        evidence.set(facet, held);
        seen.add(facet);
      }
    }
  }
  const beliefs: Belief[] = [];
  for (const [facet, held] of evidence) {
    if (facet.startsWith('id:') || (facet.startsWith('text:') && held.items.size < 2)) continue;
    const { index, sign } = slotOf(facet);
    const weight = sign * state.linear.weights[index]!;
    const leaning = weight / (Math.abs(weight) + LINEAR_RULE.learningRate);
    const decayed = [...held.items.values()].reduce((sum, decay) => sum + decay, 0);
    const confidence = decayed / (decayed + HALF_CONFIDENCE_ITEMS);
    beliefs.push({ facet, label: labelOf(facet), leaning, confidence, events: held.events });
  }
  const strength = ({ leaning, confidence }: Belief): number => Math.abs(leaning) * confidence;
  return beliefs.sort((a, b) => strength(b) - strength(a) || (a.facet < b.facet ? -1 : 1)).slice(0, MAX_BELIEFS);
}
