import { log } from '../learners/sigmoid.js';

/** In how many of the texts so far each gram has occurred. */
export interface TextCounts {
  texts: number;
  readonly withGram: Map<string, number>;
}

export const noTexts = (): TextCounts => ({ texts: 0, withGram: new Map() });

/**
 * ln((texts + 1) / (texts with the gram + ½)), above 0: what a gram tells by being rare, from the texts so far alone. Ask before
 * `countText`, so that a text is weighed by those before it.
 * @see Spärck Jones 1972, A statistical interpretation of term specificity
 */
export function rarity({ texts, withGram }: TextCounts, gram: string): number {
  return log((texts + 1) / ((withGram.get(gram) ?? 0) + 0.5));
}

/** Adds one text. @param grams  distinct */
export function countText(counts: TextCounts, grams: Iterable<string>): void {
  counts.texts += 1;
  for (const gram of grams) counts.withGram.set(gram, (counts.withGram.get(gram) ?? 0) + 1);
}
