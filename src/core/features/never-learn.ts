import type { Item } from '../item.js';

/**
 * Starter list of matters that are neither recorded, explained nor shown again: a word of a category, brandless and in
 * lower case. A shop replaces or extends it.
 */
export const NEVER_LEARN_STARTER: readonly string[] = [
  // health
  'health',
  'healthcare',
  'medical',
  'medicine',
  'medicines',
  'pharmacy',
  'drugs',
  'incontinence',
  'pregnancy',
  'fertility',
  'contraception',
  'contraceptives',
  // intimate
  'intimate',
  'intimacy',
  'erotic',
  'erotica',
  'sexual',
  'sex',
  'lingerie',
  'condoms',
  // religion
  'religion',
  'religious',
  'ceremonial',
  'prayer',
  // children
  'children',
  'childrens',
  'kids',
  'baby',
  'babies',
  'toddler',
  'toddlers',
  'infant',
  'infants',
];

/** Does one of the item's categories hold one of the words? Whole words only: “Babylon” is not “baby”. */
export function isNeverLearned(item: Pick<Item, 'categories'>, words: readonly string[] = NEVER_LEARN_STARTER): boolean {
  return (item.categories ?? []).some((category) =>
    category
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/['’]/g, '')
      .split(/[^\p{L}\p{N}]+/u)
      .some((word) => words.includes(word)),
  );
}
