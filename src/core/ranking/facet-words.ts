import type { FacetTally } from '../profile/tally.js';

/**
 * Facets in the shopper's words. A tag `key:value` is spoken as value and key, “gloss finish”, since many values say nothing
 * alone (“mid”, “clear”). A colour does: “blue”, “3 blue ones”, and so does a tag without a key.
 */

interface Facet {
  readonly space: string;
  readonly value: string;
}

function facetOf(facet: string): Facet {
  const colon = facet.indexOf(':');
  return colon < 0 ? { space: '', value: facet } : { space: facet.slice(0, colon), value: facet.slice(colon + 1) };
}

const priceWords = ['lowest prices', 'lower prices', 'middle prices', 'higher prices', 'highest prices'];

/** `deep-sea` → “deep sea” */
const spoken = (value: string): string => value.replaceAll(/[-_]+/g, ' ');

/** Keys whose values stand alone as adjectives. */
const isAdjective = (space: string): boolean => /^(hue|colou?r)?$/.test(space);

/** A short heading: “blue”, “gloss finish”, “size 42”, “Walls”, “by Northwind”, “higher prices”, ““sea” in the name”. */
export function labelOf(facet: string): string {
  const { space, value } = facetOf(facet);
  switch (space) {
    case 'id':
      return 'this very item';
    case 'category':
      return value.split(' > ').at(-1)!;
    case 'brand':
      return `by ${value}`;
    case 'price':
      return priceWords[Number(value) - 1] ?? `price ${value}`;
    case 'text':
      return `“${value}” in the name`;
    default:
      if (isAdjective(space)) return spoken(value);
      return /^\d/.test(value) ? spoken(`${space} ${value}`) : spoken(`${value} ${space}`);
  }
}

/** “3 blue ones”, “one by Northwind”, “2 with gloss finish”. */
function countedOf(facet: string, count: number): string {
  const { space } = facetOf(facet);
  const label = labelOf(facet);
  if (isAdjective(space)) return count === 1 ? `a ${label} one`.replace(/^a (?=[aeiou])/i, 'an ') : `${count} ${label} ones`;
  const joint = { category: 'in ', brand: '', price: 'at ' }[space] ?? 'with ';
  return `${count === 1 ? 'one' : count} ${joint}${label}`;
}

/** The strongest deed that at least half of the items share; hiding only where there was no yes. */
function verbOf({ looked, carted, bought, dismissed }: FacetTally): readonly [verb: string, count: number] {
  if (looked === 0) return ['hid', dismissed];
  if (2 * bought >= looked) return ['bought', bought];
  return 2 * carted >= looked ? ['saved', carted] : ['looked at', looked];
}

/** “you looked at 3 blue ones” */
export function deedOf(facet: string, tally: FacetTally): string {
  const [verb, count] = verbOf(tally);
  return `you ${verb} ${facet.startsWith('id:') ? 'it' : countedOf(facet, count)}`;
}

/** The heading of a part: “blue (you looked at 3)”; nothing in brackets about a facet the shopper never acted on. */
export function partLabelOf(facet: string, tally: FacetTally | undefined): string {
  if (!tally) return labelOf(facet);
  const [verb, count] = verbOf(tally);
  return `${labelOf(facet)} (you ${verb} ${facet.startsWith('id:') ? 'it' : count})`;
}
