import { MAX_WORDS } from './manifest.js';

/** Too common to say anything about taste. */
const STOP_WORDS = new Set([
  'the',
  'of',
  'and',
  'in',
  'on',
  'at',
  'to',
  'for',
  'with',
  'by',
  'my',
  'la',
  'le',
  'de',
  'der',
  'die',
  'das',
  'und',
  'mit',
  'für',
]);

/** The distinct telling words of a name, lower case, at least two characters, in order, at most `MAX_WORDS`. */
export function wordsOf(name: string): readonly string[] {
  const words = new Set<string>();
  for (const word of name
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)) {
    if (word.length >= 2 && !STOP_WORDS.has(word)) words.add(word);
    if (words.size === MAX_WORDS) break;
  }
  return [...words];
}
