import { createHash } from 'node:crypto';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import { buildCatalogue } from './build-catalogue.js';
import type { CatalogueItem } from './catalogue-item.js';
import { decodeCatalogue } from './decode-catalogue.js';
import type { Catalogue } from './format.js';
import { generatedFeed, oneDayLater } from './generated-feed.contract.js';
import type { TierBuild } from './build-tier.js';

// The package has no types; a computed specifier asks for none.
const { colornames } = (await import('color-name-list' as string)) as { colornames: readonly { name: string; hex: string }[] };

/** DESIGN section 4: what a device fetches, brotli at its default quality of 11. */
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const brotliBytes = (tier: TierBuild, kinds: string): number =>
  [...tier.files].filter(([url]) => kinds.includes(url[0]!)).reduce((sum, [, bytes]) => sum + brotliCompressSync(bytes).length, 0);
const open = (tier: TierBuild): Catalogue =>
  decodeCatalogue(tier.manifest, new Map([...tier.files.values()].map((bytes) => [hash(bytes), bytes])));

function heldBytes(catalogue: Catalogue): number {
  const arrays = Object.values(catalogue).filter((column): column is Uint8Array => ArrayBuffer.isView(column));
  return arrays.reduce((sum, array) => sum + array.byteLength, 0);
}

/** Paints: every true colour name is an item; facets as the demo derives them, prices and makers generated. */
function paintFeed(count: number): CatalogueItem[] {
  const random = seededRandom(3);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.nextUnit() * list.length)]!;
  const hues = ['red', 'orange', 'yellow', 'green', 'teal', 'blue', 'violet', 'pink', 'brown', 'grey'];
  return colornames.slice(0, count).map(({ name, hex }) => {
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
    const hue = hues[(2 * Math.round(red / 64) + 3 * Math.round(green / 64) + 5 * Math.round(blue / 64)) % hues.length]!;
    const tone = red + green + blue > 500 ? 'light' : red + green + blue > 250 ? 'mid' : 'deep';
    const id = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${hex.slice(1)}`;
    return {
      id,
      name,
      brand: pick(['Northwind', 'Alder & Co', 'Fjord', 'Maison Bleue', 'Ochre House']),
      categories: [`${tone} ${hue}`, hue],
      price: 20 + Math.floor(random.nextUnit() * 40),
      tags: [`hue:${hue}`, `tone:${tone}`, `finish:${pick(['matt', 'silk', 'gloss'])}`],
      variantIds: ['sample', '1l', '2l5', '5l'].map((size) => `sku-${id}-${size}`),
    };
  });
}

describe('the catalogue keeps its budgets', () => {
  test.each([
    ['a generated shop', generatedFeed(5_000)],
    ['the colour names', paintFeed(5_000)],
  ])('a pool of 5,000 items of %s is at most 150 kB, its manifest 2 kB', (_, feed) => {
    const { pool } = buildCatalogue(feed, { poolSize: 5_000, hash });
    expect(pool.manifest.items).toBe(5_000);
    expect(brotliBytes(pool, 'rnove')).toBeLessThanOrEqual(150_000);
    expect(JSON.stringify(pool.manifest).length).toBeLessThanOrEqual(2_000);
  });

  test('at 100,000 items: ranking columns at most 1 MB, a day of 1 % churn 20 kB, the worker’s heap 40 MB', { timeout: 120_000 }, () => {
    const feed = generatedFeed(100_000);
    const first = buildCatalogue(feed, { poolSize: 5_000, hash });
    const all = first.all!;
    expect(brotliBytes(all, 'r')).toBeLessThanOrEqual(1_000_000);

    const catalogue = open(all);
    expect(catalogue.rowOf.size).toBeGreaterThan(300_000);
    // Texts are one string each: at most the chunks' bytes, one byte per letter, twice over while they are joined.
    const textBytes =
      2 * [...all.files].filter(([url]) => 'rv'.includes(url[0]!)).reduce((sum, [, bytes]) => sum + bytes.length, 0) +
      3 * 8 * catalogue.rowOf.size + // hash tables and starts of texts
      4 * catalogue.rowOf.size; // the row of each variant
    expect(heldBytes(catalogue) + textBytes).toBeLessThanOrEqual(40e6);

    const later = buildCatalogue(oneDayLater(feed, 0.01), {
      poolSize: 5_000,
      hash,
      previous: { pool: null, all: catalogue, basis: first.basis },
    }).all!;
    expect(later.kind).toBe('delta');
    expect(later.added).toBeGreaterThan(500);
    expect(brotliBytes(later, 'd')).toBeLessThanOrEqual(20_000);
  });

  test('a manifest with seven deltas is at most 2 kB', () => {
    const { pool } = buildCatalogue(generatedFeed(100), { poolSize: 5_000, hash });
    const ref = { ...pool.manifest.ranking, sizeBytes: 9_999_999 };
    expect(JSON.stringify({ ...pool.manifest, version: 99_999, deltas: Array.from({ length: 7 }, () => ref) }).length).toBeLessThanOrEqual(
      2_000,
    );
  });
});
