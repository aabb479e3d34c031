import { expect, test } from 'vitest';
import { deedOf, labelOf } from './facet-words.js';

const looked = (count: number) => ({ looked: count, carted: 0, bought: 0, dismissed: 0 });

test.each([
  ['hue:blue', 'hue: blue', 'you looked at 3 blue ones'],
  ['mood:deep-sea', 'mood: deep sea', 'you looked at 3 deep sea ones'],
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
});

test('the strongest deed that half of the items share is told', () => {
  expect(deedOf('hue:blue', { looked: 4, carted: 3, bought: 2, dismissed: 0 })).toBe('you bought 2 blue ones');
  expect(deedOf('hue:blue', { looked: 5, carted: 3, bought: 2, dismissed: 0 })).toBe('you saved 3 blue ones');
  expect(deedOf('hue:blue', { looked: 5, carted: 2, bought: 2, dismissed: 9 })).toBe('you looked at 5 blue ones');
  expect(deedOf('hue:blue', { looked: 0, carted: 0, bought: 0, dismissed: 2 })).toBe('you hid 2 blue ones');
});
