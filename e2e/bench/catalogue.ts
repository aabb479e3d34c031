import { createHash } from 'node:crypto';
import { brotliCompressSync } from 'node:zlib';
import { buildCatalogue } from '../../src/core/catalogue/build-catalogue.js';
import type { TierBuild } from '../../src/core/catalogue/build-tier.js';
import { decodeCatalogue } from '../../src/core/catalogue/decode-catalogue.js';
import { generatedFeed, oneDayLater } from '../../src/core/catalogue/generated-feed.contract.js';
import type { Bench } from './bench.js';
import { budget, type Figure } from './figure.js';
import { runBench, withPage } from './pages.js';

/** DESIGN section 4: what a device fetches (brotli, quality 11) and what its worker holds. */
export const catalogueBench: Bench = {
  name: 'catalogue',
  async run(context): Promise<readonly Figure[]> {
    const feed = generatedFeed(100_000);
    const first = buildCatalogue(feed, { poolSize: 5_000, hash });
    const all = first.all!;
    context.say('  built 100,000 items');
    const decoded = decodeCatalogue(all.manifest, new Map([...all.files.values()].map((bytes) => [hash(bytes), bytes])));
    const later = buildCatalogue(oneDayLater(feed, 0.01), {
      poolSize: 5_000,
      hash,
      previous: { pool: null, all: decoded, basis: first.basis },
    }).all!;
    context.say(`  a day later: ${later.kind}, ${later.added} added, ${later.removed} removed, ${later.offers} offers`);
    const files = new Map<string, Uint8Array>([...all.files].map(([url, bytes]) => [`/${url}`, bytes]));
    files.set('/manifest.json', new TextEncoder().encode(JSON.stringify(all.manifest)));
    return [
      budget('catalogue-manifest', JSON.stringify(first.pool.manifest).length / 1000, 'kB', 2),
      budget('catalogue-pool-5000', brotliBytes(first.pool, 'rnove') / 1000, 'kB brotli', 150),
      budget('catalogue-ranking-columns-100k', brotliBytes(all, 'r') / 1000, 'kB brotli', 1000),
      budget('catalogue-churn-1-percent-100k', brotliBytes(later, 'd') / 1000, 'kB brotli', 20),
      ...(await withPage(context, ['heap', 'heap-worker'], files, runBench)),
    ];
  },
};

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Files of these kinds: the first letter of their name. */
function brotliBytes(tier: TierBuild, kinds: string): number {
  const chosen = [...tier.files].filter(([url]) => kinds.includes(url[0]!));
  if (chosen.length === 0) throw new Error(`no file of kind ${kinds}`);
  return chosen.reduce((sum, [, bytes]) => sum + brotliCompressSync(bytes).length, 0);
}
