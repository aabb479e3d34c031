import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeItem, priceBucket } from '../features/encode-item.js';
import { priceQuantiles } from '../features/price-quantiles.js';
import { buildCatalogue, type BuildOptions } from './build-catalogue.js';
import type { CatalogueItem } from './catalogue-item.js';
import { decodeCatalogue } from './decode-catalogue.js';
import { MAX_DELTAS, type Catalogue, type CatalogueManifest } from './format.js';
import { generatedFeed, oneDayLater } from './generated-feed.contract.js';
import { parseManifest } from './manifest.js';
import { canonicalRow, itemAt, matchIds, quantileAt, vectorAt } from './read-catalogue.js';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A shop over several days: files pile up on its server, each build stands on the last. */
function shop(poolSize = 1e6) {
  const files = new Map<string, Uint8Array>();
  let previous: BuildOptions['previous'] = { pool: null, all: null, basis: null };
  return {
    build(items: readonly CatalogueItem[]) {
      const build = buildCatalogue(items, { poolSize, hash, ...(previous === undefined ? {} : { previous }) });
      for (const tier of [build.pool, build.all]) for (const bytes of tier?.files.values() ?? []) files.set(hash(bytes), bytes);
      const open = (manifest: CatalogueManifest): Catalogue => decodeCatalogue(parseManifest(JSON.parse(JSON.stringify(manifest))), files);
      const pool = open(build.pool.manifest);
      const all = build.all === null ? null : open(build.all.manifest);
      previous = { pool, all, basis: build.basis };
      return { build, pool, all };
    },
  };
}

const living = (catalogue: Catalogue): number[] =>
  Array.from({ length: catalogue.rows }, (_, row) => row).filter((row) => catalogue.alive[row] === 1);

const asPlain = (item: CatalogueItem) => ({
  id: item.id,
  name: item.name,
  brand: item.brand,
  categories: item.categories,
  price: item.price,
  tags: [...(item.tags ?? [])].sort(),
  available: item.available,
});

function expectSame(catalogue: Catalogue, items: readonly CatalogueItem[]): void {
  const read = new Map(living(catalogue).map((row) => [catalogue.ids.at(row), itemAt(catalogue, row)]));
  expect(read.size).toBe(items.length);
  expect(catalogue.manifest.items).toBe(items.length);
  for (const item of items) {
    const { tags, ...rest } = read.get(item.id)!;
    expect({ ...rest, tags: [...(tags ?? [])].sort() }).toEqual(asPlain(item));
    const row = canonicalRow(catalogue, item.id)!;
    for (const variantId of item.variantIds ?? []) expect(canonicalRow(catalogue, variantId)).toBe(row);
  }
}

describe('a built catalogue', () => {
  const feed = generatedFeed(1_200);

  test('says what the feed said, variants lead to their product', () => {
    expectSame(shop().build(feed).pool, feed);
  });

  test('keeps the price bucket that the whole feed gives', () => {
    const { pool } = shop().build(feed);
    const exact = priceQuantiles(feed);
    for (const item of feed) {
      const [stored, wanted] = [quantileAt(pool, canonicalRow(pool, item.id)!), exact.get(item.id)];
      if (wanted === undefined) expect(stored).toBeUndefined();
      else expect(priceBucket(stored!)).toBe(priceBucket(wanted));
    }
  });

  test('gives items that share facets vectors that are alike', () => {
    const { pool } = shop().build(feed);
    const unit = (row: number) => vectorAt(pool, row)!;
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
    const facetsOf = (item: CatalogueItem) => [...item.categories!, item.brand!, ...item.tags!];
    const likeness: { sum: number; pairs: number }[] = [];
    for (let a = 0; a < 500; a++)
      for (let b = a + 1; b < 500; b++) {
        const shared = facetsOf(feed[a]!).filter((facet) => facetsOf(feed[b]!).includes(facet)).length;
        const cell = (likeness[Math.min(shared, 4)] ??= { sum: 0, pairs: 0 });
        cell.sum += dot(unit(canonicalRow(pool, feed[a]!.id)!), unit(canonicalRow(pool, feed[b]!.id)!));
        cell.pairs += 1;
      }
    const means = likeness.map(({ sum, pairs }) => sum / pairs);
    for (let shared = 1; shared <= 4; shared++) expect(means[shared]).toBeGreaterThan(means[shared - 1]! + 0.1);
    for (const row of living(pool)) expect(Math.hypot(...unit(row))).toBeCloseTo(1, 1);
  });

  test('repeats bit by bit, whatever the order of the feed', () => {
    const [one, other] = [shop().build(feed), shop().build(feed.toReversed())];
    expect(other.build.pool.manifest).toEqual(one.build.pool.manifest);
  });

  test('holds the first available items in its pool and all of them in the whole', () => {
    const { pool, all } = shop(200).build(feed);
    const expected = feed.filter((item) => item.available).slice(0, 200);
    expect(new Set(living(pool).map((row) => pool.ids.at(row)))).toEqual(new Set(expected.map((item) => item.id)));
    expect(all!.manifest.items).toBe(1_200);
    expect(all!.names).toBeNull();
    expect(itemAt(all!, canonicalRow(all!, feed[7]!.id)!).name).toBeUndefined();
    // One basis for both, so a profile is good for both.
    expect(vectorAt(all!, canonicalRow(all!, expected[3]!.id)!)).toEqual(vectorAt(pool, canonicalRow(pool, expected[3]!.id)!));
  });

  test('counts the ids of a page that it knows, variants included', () => {
    const { pool } = shop().build(feed);
    const withVariants = feed.find((item) => item.variantIds!.length > 0)!;
    expect(matchIds(pool, [feed[0]!.id, withVariants.variantIds![0]!, 'nobody', 'no-one'])).toEqual({
      matched: 2,
      unmatched: 2,
      examples: ['nobody', 'no-one'],
    });
  });

  test('reads the ids of variants only when a page names something that is no product', () => {
    const { build } = shop().build(feed);
    const { manifest, files } = build.pool;
    const broken = [...files].map(([name, bytes]) => [hash(bytes), name === manifest.variants!.url ? Uint8Array.of(9) : bytes] as const);
    const catalogue = decodeCatalogue(manifest, new Map(broken));
    expect(canonicalRow(catalogue, feed[9]!.id)).toBeDefined();
    expect(() => canonicalRow(catalogue, 'something else')).toThrow(expect.objectContaining({ code: 'catalogue-invalid' }));
  });

  test('leaves out vectors that another bundle made', () => {
    const { pool, build } = shop().build(feed);
    const chunks = new Map([...build.pool.files.values()].map((bytes) => [hash(bytes), bytes]));
    for (const change of [{ hashSeed: 1 }, { featureManifestVersion: 99 }, { dim: 8 }]) {
      const stranger = decodeCatalogue({ ...pool.manifest, model: { ...pool.manifest.model!, ...change } }, chunks);
      expect(stranger.vectors).toBeNull();
      expect(vectorAt(stranger, 0)).toBeNull();
      expect(itemAt(stranger, 0)).toEqual(itemAt(pool, 0));
    }
  });

  test.each([
    ['an empty feed', [], /no items/],
    ['an id that comes twice', [{ id: 'a' }, { id: 'a' }], /item a comes twice/],
    ['an id of two lines', [{ id: 'a\nb' }], /one line/],
  ])('refuses %s', (_, items, message) => {
    expect(() => shop().build(items)).toThrow(message);
  });

  test('finds variants whose ids hold the product id anywhere, or not at all', () => {
    const variantIds = ['sku-$&-red', '$&', 'x$&$&y', 'unrelated', '$1'].map((id) => id.replaceAll('$&', () => 'a$&b'));
    const { pool } = shop().build([
      { id: 'a$&b', variantIds },
      { id: 'other', variantIds: ['other/1'] },
    ]);
    for (const id of [...variantIds, 'a$&b']) expect(canonicalRow(pool, id)).toBe(canonicalRow(pool, 'a$&b'));
    expect(pool.rowOf.size).toBe(7);
  });

  test('copes with bare items', () => {
    const { pool } = shop().build([{ id: 'a' }, { id: 'b', price: 0, tags: ['sale', 'x:1', 'x:2', ''], categories: [''] }]);
    expect(itemAt(pool, canonicalRow(pool, 'a')!)).toEqual({ id: 'a', available: true });
    expect(itemAt(pool, canonicalRow(pool, 'b')!)).toEqual({ id: 'b', available: true, price: 0, tags: ['sale', 'x:1', 'x:2'] });
    expect([...vectorAt(pool, 0)!]).toEqual(Array.from({ length: 16 }, () => 0));
  });
});

describe('a catalogue over several days', () => {
  test('a day’s churn is a delta, and base with deltas says what the last feed said', () => {
    const { build } = shop();
    let feed = generatedFeed(1_200);
    expect(build(feed).build.pool.kind).toBe('base');
    for (let day = 1; day <= 4; day++) {
      feed = oneDayLater(feed, 0.02, day).map((item) => (item.id.endsWith('77') ? { ...item, name: `${item.name!} II` } : item));
      const { pool, build: made } = build(feed);
      expect(made.pool.kind).toBe('delta');
      expect(pool.manifest.deltas).toHaveLength(day);
      expect(pool.manifest.version).toBe(day + 1);
      expectSame(pool, feed);
    }
  });

  test('vectors stay in the space of the first day', () => {
    const { build } = shop();
    const feed = generatedFeed(1_200);
    const first = build(feed).pool;
    const second = build(oneDayLater(feed, 0.05)).pool;
    expect(second.manifest.model!.catalogueVersion).toBe(1);
    const stayed = living(second).filter((row) => canonicalRow(first, second.ids.at(row)) !== undefined);
    for (const row of stayed.slice(0, 50)) expect(vectorAt(second, row)).toEqual(vectorAt(first, canonicalRow(first, second.ids.at(row))!));
    const arrived = living(second).filter((row) => canonicalRow(first, second.ids.at(row)) === undefined);
    expect(arrived.length).toBeGreaterThan(5);
    for (const row of arrived) expect(Math.hypot(...vectorAt(second, row)!)).toBeCloseTo(1, 1);
  });

  test('the same feed again changes nothing, not even the version', () => {
    const { build } = shop();
    const feed = generatedFeed(400);
    const first = build(feed);
    const again = build(feed);
    expect(again.build.pool.kind).toBe('unchanged');
    expect(again.build.pool.manifest).toEqual(first.build.pool.manifest);
  });

  test('a new price touches the offers only', () => {
    const { build } = shop();
    const feed: CatalogueItem[] = Array.from({ length: 100 }, (_, n) => ({
      id: `i${n}`,
      name: `thing ${n}`,
      categories: ['c'],
      price: 10 + n,
    }));
    build(feed);
    const { build: made, pool } = build(feed.map((item) => (item.id === 'i50' ? { ...item, price: 60.5, available: false } : item)));
    expect(made.pool).toMatchObject({ kind: 'delta', removed: 0, added: 0, offers: 1 });
    expect(itemAt(pool, canonicalRow(pool, 'i50')!)).toMatchObject({ price: 60.5, available: false });
  });

  test('starts a new base after seven deltas, and when half the shop has changed', () => {
    const { build } = shop();
    let feed = generatedFeed(600);
    build(feed);
    for (let day = 1; day <= MAX_DELTAS; day++) expect(build((feed = oneDayLater(feed, 0.01, day))).build.pool.kind).toBe('delta');
    expect(build((feed = oneDayLater(feed, 0.01, 99))).build.pool.kind).toBe('base');
    const { pool, build: made } = build(oneDayLater(feed, 1, 100));
    expect(made.pool.kind).toBe('base');
    expect(pool.manifest.deltas).toEqual([]);
    expect(pool.manifest.model!.catalogueVersion).toBe(1);
  });

  test('an item that left is found no more, under none of its ids', () => {
    const { build } = shop();
    const feed = generatedFeed(300);
    const gone = feed.find((item) => item.variantIds!.length > 0)!;
    build(feed);
    const { pool } = build(feed.filter((item) => item !== gone));
    expect(canonicalRow(pool, gone.id)).toBeUndefined();
    expect(canonicalRow(pool, gone.variantIds![0]!)).toBeUndefined();
  });
});

test('what is encoded from the catalogue equals what is encoded from the feed', () => {
  const feed = generatedFeed(300);
  const { pool } = shop().build(feed);
  const quantiles = priceQuantiles(feed);
  for (const item of feed.slice(0, 100)) {
    const row = canonicalRow(pool, item.id)!;
    const [stored, direct] = [encodeItem(itemAt(pool, row), quantileAt(pool, row)), encodeItem(item, quantiles.get(item.id))];
    expect(stored.indices).toEqual(direct.indices);
    expect(stored.values).toEqual(direct.values);
  }
});
