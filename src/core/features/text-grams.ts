/** Which pieces of a text count as features. */
export interface GramRule {
  /** Words in a row: 1 for words, 2 for pairs as well. */
  readonly words: number;
  /** Letters in a row within a word, its ends marked; none where `from` is above `to`. */
  readonly letters: { readonly from: number; readonly to: number };
}

/** At most so many words of a text: bounds the work a hostile text can ask for. */
const MAX_TEXT_WORDS = 200;

/** Lower case words of any script, numbers among them, in order and as often as they occur. */
export function textWords(text: string): readonly string[] {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/['’]/gu, '')
    .split(/[^\p{L}\p{N}]+/u);
  return words.filter((word) => word !== '').slice(0, MAX_TEXT_WORDS);
}

/**
 * Pieces of a text with how often they occur.
 * Names tell the kinds apart: `word:lost`, `words:lost card`, `letters:^los`.
 */
export function textGrams(text: string, rule: GramRule): ReadonlyMap<string, number> {
  const words = textWords(text);
  const grams = new Map<string, number>();
  const add = (gram: string): void => void grams.set(gram, (grams.get(gram) ?? 0) + 1);
  for (let at = 0; at < words.length; at++)
    for (let length = 1; length <= rule.words && at + length <= words.length; length++)
      add(length === 1 ? `word:${words[at]!}` : `words:${words.slice(at, at + length).join(' ')}`);
  for (const word of words) {
    const letters = Array.from(`^${word}$`); // code points: a pair of surrogates stays one
    for (let length = rule.letters.from; length <= rule.letters.to; length++)
      for (let at = 0; at + length <= letters.length; at++) add(`letters:${letters.slice(at, at + length).join('')}`);
  }
  return grams;
}
