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
  /** 0 … 1, from how many events speak for it and how recent they are. */
  readonly confidence: number;
  readonly events: number;
}

const LN2 = 0.6931471805599453;
const HALF_LIFE_MS = 30 * 86_400_000;
/** Events at which confidence reaches one half. */
const HALF_CONFIDENCE_EVENTS = 3;
const MAX_BELIEFS = 60;

/**
 * What the profile believes, in facets the shopper has acted on, strongest first. The leaning is the learned weight
 * itself, squeezed; the events are those whose own item has the facet. Single items are no beliefs, and a word of a name
 * is one only from 2 events on.
 */
export function beliefsOf(state: ProfileState, events: readonly StoredEvent[], nowMs: number): readonly Belief[] {
  const evidence = new Map<string, { events: number; decayed: number }>();
  for (const { queued, examples } of events) {
    const decay = exp((-LN2 * Math.max(0, nowMs - queued.atMs)) / HALF_LIFE_MS);
    for (const facet of new Set(examples.flatMap(({ facets }) => facets ?? []))) {
      const held = evidence.get(facet);
      if (held) {
        held.events += 1;
        held.decayed += decay;
      } else evidence.set(facet, { events: 1, decayed: decay });
    }
  }
  const beliefs: Belief[] = [];
  for (const [facet, held] of evidence) {
    if (facet.startsWith('id:') || (facet.startsWith('text:') && held.events < 2)) continue;
    const { index, sign } = slotOf(facet);
    const weight = sign * state.linear.weights[index]!;
    const leaning = weight / (Math.abs(weight) + LINEAR_RULE.learningRate);
    const confidence = held.decayed / (held.decayed + HALF_CONFIDENCE_EVENTS);
    beliefs.push({ facet, label: labelOf(facet), leaning, confidence, events: held.events });
  }
  const strength = ({ leaning, confidence }: Belief): number => Math.abs(leaning) * confidence;
  return beliefs.sort((a, b) => strength(b) - strength(a) || (a.facet < b.facet ? -1 : 1)).slice(0, MAX_BELIEFS);
}
