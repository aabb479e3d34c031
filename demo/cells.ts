import { groups } from './data/families.js';
import { paints, paintsOfGroup } from './data/paints.js';

export interface DemoCell {
  /** Equals `categories[0]` of the items in it. */
  readonly name: string;
  /** Of the catalogue's items. */
  readonly share: number;
}

/** The 31 groups of the shop as taste cells, by falling share, and “other”, which is empty here: J = 32 of the default policy. */
export const demoCells: readonly DemoCell[] = [
  ...groups
    .map((group) => ({ name: group.name, share: (paintsOfGroup.get(group.slug)?.length ?? 0) / paints.length }))
    .toSorted((one, other) => other.share - one.share || (one.name < other.name ? -1 : 1)),
  { name: 'other', share: 0 },
];
