import { groups } from './data/families.js';
import { paints, paintsOfGroup } from './data/paints.js';

export interface DemoCell {
  /** Equals `categories[0]` of the items in it. */
  readonly name: string;
  /** Of the catalogue's items. */
  readonly share: number;
}

/** The 31 groups of the shop as taste cells, by falling share; the endpoint adds “other” itself. */
export const demoCells: readonly DemoCell[] = groups
  .map((group) => ({ name: group.name, share: (paintsOfGroup.get(group.slug)?.length ?? 0) / paints.length }))
  .sort((one, other) => other.share - one.share || (one.name < other.name ? -1 : 1));
