import { describe, expect, test } from 'vitest';
import { demoCells } from '../cells.js';
import { hexOf, nameOf } from '../client/paint-id.js';
import { demoFeed } from '../feed.js';
import { inkOn, luminance, oklch } from './colour.js';
import { groups } from './families.js';
import { moodsOf } from './moods.js';
import { paints, paintsOfGroup, variantsOf } from './paints.js';
import { homeShelf, similarTo } from './shelves.js';

describe('colour', () => {
  test('agrees with the published OKLab of pure red', () => {
    const { lightness, a, b } = oklch('#ff0000');
    expect(lightness).toBeCloseTo(0.62796, 4);
    expect(a).toBeCloseTo(0.22486, 4);
    expect(b).toBeCloseTo(0.12585, 4);
  });

  test('the ink is readable on every paint', () => {
    const contrast = (one: string, other: string): number => {
      const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((x, y) => x - y);
      return (light + 0.05) / (dark + 0.05);
    };
    for (const { hex } of paints) expect(contrast(hex, inkOn(hex)), hex).toBeGreaterThanOrEqual(4.5);
  });
});

describe('the card', () => {
  test('has 31 groups, none empty, and their shares add up to one', () => {
    expect(groups).toHaveLength(31);
    expect(new Set(demoCells.map(({ name }) => name)).size).toBe(32);
    expect(demoCells.at(-1)).toEqual({ name: 'other', share: 0 });
    for (const group of groups) expect(paintsOfGroup.get(group.slug)?.length, group.name).toBeGreaterThan(20);
    expect(demoCells.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test('puts plain colours where a person would', () => {
    const groupOfName = (name: string): string | undefined => paints.find((paint) => paint.name === name)?.group.name;
    expect(groupOfName('Misty Harbor')).toBe('Mid blues');
    expect(groupOfName('Acorn')).toBe('Deep browns');
    expect(groupOfName('Baby Pink')).toBe('Pale pinks');
    expect(groupOfName('Anthracite')).toBe('Charcoals');
  });

  test('every id is its own and holds its picture; a tin’s id is no product’s', () => {
    expect(new Set(paints.map(({ id }) => id)).size).toBe(paints.length);
    for (const paint of paints) {
      expect(hexOf(paint.id)).toBe(paint.hex);
      for (const { sku } of variantsOf(paint)) expect(hexOf(sku)).toBeNull();
    }
    expect(nameOf('misty-harbor-65769a')).toBe('Misty Harbor');
  });

  test('finds moods in whole words only', () => {
    expect(moodsOf('Misty Harbor')).toEqual(['calm', 'sea']);
    expect(moodsOf('Chemist')).toEqual([]);
  });
});

describe('the feed', () => {
  test('names the taste cell first and maps every tin', () => {
    const cells = new Set(demoCells.slice(0, -1).map(({ name }) => name));
    const feed = demoFeed();
    for (const item of feed) expect(cells.has(item.categories[0] ?? ''), item.id).toBe(true);
    expect(new Set(feed.flatMap(({ variants }) => variants.map(({ id }) => id))).size).toBe(paints.length * 4);
  });
});

describe('shelves', () => {
  test('the window holds 120 different candidates of all groups', () => {
    expect(new Set(homeShelf).size).toBe(120);
    expect(new Set(homeShelf.map(({ group }) => group.slug)).size).toBe(31);
  });

  test('what is similar never holds the paint itself and starts with the nearest', () => {
    for (const paint of homeShelf.slice(0, 3)) {
      const similar = similarTo(paint);
      expect(similar).not.toContain(paint);
      const away = similar.map(({ colour }) =>
        Math.hypot(colour.lightness - paint.colour.lightness, colour.a - paint.colour.a, colour.b - paint.colour.b),
      );
      expect(away).toEqual(away.toSorted((one, other) => one - other));
    }
  });
});
