import { expect, test } from 'vitest';
import { deedOf, labelOf, partLabelOf } from './facet-words.js';

const looked = (count: number) => ({ looked: count, carted: 0, bought: 0, dismissed: 0 });

test.each([
  ['hue:blue', 'blue', 'you looked at 3 blue ones'],
  ['color:off-white', 'off white', 'you looked at 3 off white ones'],
  ['finish:gloss', 'gloss finish', 'you looked at 3 with gloss finish'],
  ['lightness:mid', 'mid lightness', 'you looked at 3 with mid lightness'],
  ['mood:deep-sea', 'deep sea mood', 'you looked at 3 with deep sea mood'],
  ['shoe_size:42', 'shoe size 42', 'you looked at 3 with shoe size 42'],
  ['category:Mid blues', 'Mid blues', 'you looked at 3 in Mid blues'],
  ['category:Mid blues > Blues', 'Blues', 'you looked at 3 in Blues'],
  ['brand:Northwind', 'by Northwind', 'you looked at 3 by Northwind'],
  ['price:5', 'highest prices', 'you looked at 3 at highest prices'],
  ['text:sea', '“sea” in the name', 'you looked at 3 with “sea” in the name'],
  ['vegan', 'vegan', 'you looked at 3 vegan ones'],
  ['id:42', 'this very item', 'you looked at it'],
])('%s reads “%s” and “%s”', (facet, label, deed) => {
  expect(labelOf(facet)).toBe(label);
  expect(deedOf(facet, looked(3))).toBe(deed);
});

test('one item is told as one', () => {
  expect(deedOf('hue:blue', looked(1))).toBe('you looked at a blue one');
  expect(deedOf('hue:orange', looked(1))).toBe('you looked at an orange one');
  expect(deedOf('brand:Northwind', looked(1))).toBe('you looked at one by Northwind');
  expect(deedOf('finish:gloss', looked(1))).toBe('you looked at one with gloss finish');
  expect(deedOf('category:Mid blues', looked(1))).toBe('you looked at one in Mid blues');
});

test('the strongest deed that half of the items share is told', () => {
  expect(deedOf('hue:blue', { looked: 4, carted: 3, bought: 2, dismissed: 0 })).toBe('you bought 2 blue ones');
  expect(deedOf('hue:blue', { looked: 5, carted: 3, bought: 2, dismissed: 0 })).toBe('you saved 3 blue ones');
  expect(deedOf('hue:blue', { looked: 5, carted: 2, bought: 2, dismissed: 9 })).toBe('you looked at 5 blue ones');
  expect(deedOf('hue:blue', { looked: 0, carted: 0, bought: 0, dismissed: 2 })).toBe('you hid 2 blue ones');
});

test('the heading of a part is short, and says nothing of deeds there were none of', () => {
  expect(partLabelOf('hue:blue', looked(3))).toBe('blue (you looked at 3)');
  expect(partLabelOf('finish:gloss', { looked: 0, carted: 0, bought: 0, dismissed: 2 })).toBe('gloss finish (you hid 2)');
  expect(partLabelOf('id:42', looked(1))).toBe('this very item (you looked at it)');
  expect(partLabelOf('chroma:clear', undefined)).toBe('clear chroma');
});
