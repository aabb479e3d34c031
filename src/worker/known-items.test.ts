import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { buildCatalogue } from '../core/catalogue/build-catalogue.js';
import { decodeCatalogue } from '../core/catalogue/decode-catalogue.js';
import type { Catalogue } from '../core/catalogue/format.js';
import { generatedFeed } from '../core/catalogue/generated-feed.contract.js';
import type { Item } from '../core/item.js';
import { createKnownItems, type KnownItems } from './known-items.js';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const listOf = (name: string, count: number): readonly [string, readonly Item[]] => [
  name,
  Array.from({ length: count }, (_, at) => ({ id: `${name}-${at}` })),
];

function catalogueOf(items: number): Catalogue {
  const { pool } = buildCatalogue(generatedFeed(items), { poolSize: 1e6, hash });
  return decodeCatalogue(pool.manifest, new Map([...pool.files.values()].map((bytes) => [hash(bytes), bytes])));
}

function knownOf(catalogue: Catalogue | null, ...lists: readonly (readonly [string, readonly Item[]])[]): KnownItems {
  return createKnownItems({ catalogue: () => catalogue, hasBasis: () => true, lists: () => lists, taste: () => 0 });
}

describe('what a yes is compared with', () => {
  const home = listOf('home', 40);
  const blues = listOf('blues', 48);

  test('is the whole catalogue where there is one, not the page of blues just visited', () => {
    const feed = catalogueOf(300);
    const pool = knownOf(feed, blues).pool('blues');
    expect(new Set(pool).size).toBe(300);
    expect(pool.some((id) => id.startsWith('blues-'))).toBe(false);
  });

  test('without a catalogue is what other lists show; a list is compared with itself only where the others are too few', () => {
    const known = knownOf(null, home, blues);
    expect([...known.pool('blues')].sort()).toEqual(home[1].map(({ id }) => id).sort());
    expect(known.pool('home')).toHaveLength(48);
    expect(known.pool('')).toHaveLength(88);
    expect([...known.pool('', 'blues-3')].sort()).toEqual(home[1].map(({ id }) => id).sort()); // a view names no list, but its item is of one
    expect(known.pool('', 'home-3')).toHaveLength(48);
    expect(known.pool('', 'elsewhere')).toHaveLength(88);
    expect(knownOf(null, blues).pool('blues')).toHaveLength(48);
    expect(knownOf(null, blues, listOf('cart', 3)).pool('blues')).toHaveLength(51);
  });

  test('of a large catalogue is an even sample, without the removed', () => {
    const rows = 12_000;
    const large = {
      rows,
      alive: new Uint8Array(rows).fill(0, 0, 6_000).fill(1, 6_000),
      ids: { length: rows, at: (row: number) => `p${row}` },
    };
    const pool = knownOf(large as Partial<Catalogue> as Catalogue).pool('');
    expect(pool).toEqual(Array.from({ length: 2_000 }, (_, at) => `p${6_000 + 3 * at}`));
  });
});
