import { SdkError } from '../errors.js';
import { encodeItem } from '../features/encode-item.js';
import { priceQuantiles } from '../features/price-quantiles.js';
import { buildTier, type TierBuild } from './build-tier.js';
import { cleanText, itemOfRow, toRows, type CatalogueItem } from './catalogue-item.js';
import { QUANTILE_LEVELS, type Catalogue } from './format.js';
import { fitBasis, type VectorBasis } from './item-vectors.js';

export interface BuildOptions {
  /** Items of the pool (tier 1): the first ones of the feed that are available. */
  readonly poolSize: number;
  /**
   * Version of a build without one before it (default 1). A number that no earlier catalogue of this shop can have had,
   * such as the time in seconds, keeps profiles from taking a new basis for the one they learned with.
   */
  readonly firstVersion?: number;
  /** SHA-256, hex. */
  readonly hash: (bytes: Uint8Array) => string;
  /** What the build before left, so that devices fetch only what changed. */
  readonly previous?: { readonly pool: Catalogue | null; readonly all: Catalogue | null; readonly basis: VectorBasis | null };
}

export interface CatalogueBuild {
  readonly pool: TierBuild;
  /** The whole catalogue (tier 2); null where it fits the pool. */
  readonly all: TierBuild | null;
  /** To be kept for the next build: vectors of another basis would be strangers to the profiles out there. */
  readonly basis: VectorBasis;
}

/**
 * Chunks and manifests of a feed. Pure and deterministic: the same items after the same build give the same bytes.
 * Errors: `catalogue-invalid` for an empty feed or an id that comes twice.
 */
export function buildCatalogue(items: readonly CatalogueItem[], options: BuildOptions): CatalogueBuild {
  const previous = options.previous ?? { pool: null, all: null, basis: null };
  if (items.length === 0) throw new SdkError('catalogue-invalid', 'the feed has no items; expected at least one');
  const before = Math.max(previous.pool?.manifest.version ?? 0, previous.all?.manifest.version ?? 0, previous.basis?.catalogueVersion ?? 0);
  const version = before === 0 ? (options.firstVersion ?? 1) : before + 1;
  const rows = toRows(items, priceQuantiles(items));
  refuseTwins(rows.map((row) => row.id));

  const basis =
    previous.basis ??
    fitBasis(
      rows.map((row) => encodeItem(itemOfRow(row), row.quantile === 255 ? undefined : row.quantile / QUANTILE_LEVELS)),
      version,
    );
  const inPool = poolIds(items, options.poolSize);
  const pool = buildTier(
    rows.filter((row) => inPool.has(row.id)),
    { version, hash: options.hash, hasNames: true, basis, previous: previous.pool },
  );
  const all =
    items.length <= options.poolSize
      ? null
      : buildTier(rows, { version, hash: options.hash, hasNames: false, basis, previous: previous.all });
  return { pool, all, basis };
}

/** The shop's order of its feed is its idea of what matters; what can be bought comes first. */
function poolIds(items: readonly CatalogueItem[], poolSize: number): ReadonlySet<string> {
  const [inStock, outOfStock] = [items.filter((item) => item.available !== false), items.filter((item) => item.available === false)];
  return new Set([...inStock, ...outOfStock].slice(0, poolSize).map((item) => item.id));
}

function refuseTwins(ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (id === '' || cleanText(id) !== id)
      throw new SdkError(
        'catalogue-invalid',
        `item id ${JSON.stringify(id)}; expected the canonical product id, one line of at most 200 characters`,
      );
    if (seen.has(id))
      throw new SdkError('catalogue-invalid', `item ${id} comes twice; expected one item per product, its variants within it`);
    seen.add(id);
  }
}
