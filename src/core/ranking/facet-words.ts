import type { FacetTally } from '../profile/tally.js';

/** Facets in the shopper's words. `key:value` tags read as adjectives: that is what shops use them for. */

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

const lastOf = (path: string): string => path.split(' > ').at(-1)!;

/** A short heading: “hue: blue”, “Walls”, “by Northwind”, “higher prices”, ““sea” in the name”. */
export function labelOf(facet: string): string {
  const { space, value } = facetOf(facet);
  switch (space) {
    case 'id':
      return 'this very item';
    case 'category':
      return lastOf(value);
    case 'brand':
      return `by ${value}`;
    case 'price':
      return priceWords[Number(value) - 1] ?? `price ${value}`;
    case 'text':
      return `“${value}” in the name`;
    default:
      return space === '' ? spoken(value) : `${spoken(space)}: ${spoken(value)}`;
  }
}

/** “3 blue ones”, “one by Northwind”. */
function countedOf(facet: string, count: number): string {
  const { space, value } = facetOf(facet);
  const number = count === 1 ? 'one' : String(count);
  switch (space) {
    case 'category':
      return `${number} in ${lastOf(value)}`;
    case 'brand':
      return `${number} by ${value}`;
    case 'price':
      return `${number} at ${priceWords[Number(value) - 1] ?? `price ${value}`}`;
    case 'text':
      return `${number} with “${value}” in the name`;
    default:
      return count === 1 ? `a ${spoken(value)} one`.replace(/^a (?=[aeiou])/i, 'an ') : `${number} ${spoken(value)} ones`;
  }
}

/** “you looked at 3 blue ones”: the strongest deed that at least half of the items share, “you hid one” where there was no yes. */
export function deedOf(facet: string, { looked, carted, bought, dismissed }: FacetTally): string {
  const [verb, count] =
    looked === 0
      ? ['hid', dismissed]
      : 2 * bought >= looked
        ? ['bought', bought]
        : 2 * carted >= looked
          ? ['saved', carted]
          : ['looked at', looked];
  return facet.startsWith('id:') ? `you ${verb} it` : `you ${verb} ${countedOf(facet, count)}`;
}
