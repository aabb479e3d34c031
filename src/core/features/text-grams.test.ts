import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { log } from '../learners/sigmoid.js';
import { textGrams, textWords } from './text-grams.js';
import { countText, noTexts, rarity } from './text-rarity.js';

const noLetters = { from: 1, to: 0 };

test('words are lower case, of any script, in order and as often as they come', () => {
  expect(textWords('Where’s my CARD? My card, für 3 days — где карта')).toEqual([
    'wheres',
    'my',
    'card',
    'my',
    'card',
    'für',
    '3',
    'days',
    'где',
    'карта',
  ]);
  expect(textWords('?!…')).toEqual([]);
});

test('grams count words, words in a row, and letters with the ends of the word marked', () => {
  expect(Object.fromEntries(textGrams('my card my card', { words: 2, letters: noLetters }))).toEqual({
    'word:my': 2,
    'word:card': 2,
    'words:my card': 2,
    'words:card my': 1,
  });
  const { 'word:top': top, ...letters } = Object.fromEntries(textGrams('top', { words: 1, letters: { from: 3, to: 4 } }));
  expect(top).toBe(1);
  expect(letters).toEqual({ 'letters:^to': 1, 'letters:top': 1, 'letters:op$': 1, 'letters:^top': 1, 'letters:top$': 1 });
});

test('any text gives a bounded number of grams, the same each time', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'B', ' ', 'é', '😀', '\ud800', '’', '7', '語'), maxLength: 80 }), (text) => {
      const grams = textGrams(text, { words: 2, letters: { from: 3, to: 5 } });
      expect([...textGrams(text, { words: 2, letters: { from: 3, to: 5 } })]).toEqual([...grams]);
      expect([...grams.values()].every((count) => Number.isInteger(count) && count > 0)).toBe(true);
    }),
    { numRuns: 50, seed: 1 },
  );
  expect(textGrams('a b '.repeat(10_000), { words: 1, letters: noLetters }).get('word:a')).toBe(100);
});

test('rarity falls with the texts that hold a gram, stays above 0, and knows nothing of the text to come', () => {
  const counts = noTexts();
  expect(rarity(counts, 'card')).toBeCloseTo(Math.log(2), 14);
  for (const text of [['my', 'card'], ['my', 'pin'], ['my']]) countText(counts, text);
  expect(['my', 'card', 'cash'].map((gram) => rarity(counts, gram))).toEqual([4 / 3.5, 4 / 1.5, 4 / 0.5].map((ratio) => log(ratio)));
  for (let at = 0; at < 1_000; at++) countText(counts, ['my']);
  expect(rarity(counts, 'my')).toBeGreaterThan(0);
});
