import { SdkError } from '../../core/errors.js';

/**
 * What a consent platform (CMP) says, in our two words. `undefined` means that it has said nothing (yet): that is never a yes, and takes
 * nothing away.
 */
export interface CmpWord {
  readonly personalise?: boolean | undefined;
  readonly contribute?: boolean | undefined;
  /**
   * Did the shopper choose what is said of `personalise`? A default of the platform or of the region is no choice: a no of that kind stops
   * learning, but neither erases nor forgets what waits.
   */
  readonly isChoice?: boolean | undefined;
}

/** What is known of one category of the platform (a storage type, a purpose). */
export type Said = 'yes' | 'no' | 'default-yes' | 'default-no' | undefined;

export interface Mapping<Category> {
  /** All of these must be granted. An empty list leaves the word to the shop's own control. */
  readonly personalise: readonly Category[];
  /** The same for the second consent, which also needs the first. */
  readonly contribute: readonly Category[];
}

/**
 * @param acceptDefaults  does a yes count that nobody chose (a region without opt-in)?
 */
export function wordOf<Category>(mapping: Mapping<Category>, saidOf: (category: Category) => Said, acceptDefaults = false): CmpWord {
  const personalise = verdictOf(mapping.personalise.map(saidOf), acceptDefaults);
  const contribute = verdictOf(mapping.contribute.map(saidOf), acceptDefaults);
  return { personalise: personalise?.value, contribute: contribute?.value, isChoice: personalise?.isChoice };
}

/** One no is a no; a yes needs all of them. */
function verdictOf(said: readonly Said[], acceptDefaults: boolean): { readonly value: boolean; readonly isChoice: boolean } | undefined {
  if (said.includes('no')) return { value: false, isChoice: true };
  if (said.length === 0 || said.includes(undefined)) return undefined;
  if (said.includes('default-no')) return { value: false, isChoice: false };
  const isChoice = !said.includes('default-yes');
  return isChoice || acceptDefaults ? { value: true, isChoice } : undefined;
}

/** A misspelt category would never be granted, and nobody would know why. Errors: `invalid-options`. */
export function checkMapping<Category>(
  mapping: Mapping<Category>,
  isKnown: (category: Category) => boolean,
  expected: string,
): Mapping<Category> {
  for (const category of [...mapping.personalise, ...mapping.contribute])
    if (!isKnown(category)) throw new SdkError('invalid-options', `expected ${expected}, got ${String(category)}`);
  return mapping;
}
