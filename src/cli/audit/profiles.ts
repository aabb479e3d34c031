import type { StoredEvent } from '../../core/profile/records.js';

/** Profiles as an adversary would choose them: the claim is “replaced by anything else”, not “by what shoppers do”. */

export const NOW_MS = 1_750_000_000_000;

/** Everything that was ever looked at is of one group. */
export function profileOfCell(name: string): readonly StoredEvent[] {
  return [eventOf([{ facets: [`category:${name}`], sampleWeight: 1 }])];
}

/**
 * A profile whose facet vector is `values` before it is clipped. An example without a facet takes up what is missing to a
 * total weight of 1, so negative and oversized shares can be had too: no shopper's log holds them, a hostile one may.
 */
export function profileOfVector(values: readonly number[], names: readonly string[]): readonly StoredEvent[] {
  const rest = 1 - values.reduce((sum, value) => sum + value, 0);
  const examples = values.map((value, row) => ({ facets: [names[row]!], sampleWeight: value }));
  return [eventOf([...examples.filter(({ sampleWeight }) => sampleWeight !== 0), { facets: [], sampleWeight: rest }])];
}

export const silentProfile: readonly StoredEvent[] = [];

function eventOf(examples: readonly { readonly facets: readonly string[]; readonly sampleWeight: number }[]): StoredEvent {
  return {
    queued: { id: 'audit', atMs: NOW_MS, event: { type: 'click', source: 'homebody', items: [{ id: 'audit' }] } },
    examples: examples.map((example) => ({
      ...example,
      itemId: 'audit',
      label: 1,
      indices: noIndices,
      values: noValues,
      vector: null,
      margin: 0,
    })),
  };
}

const noIndices = new Uint32Array(0);
const noValues = new Float32Array(0);
