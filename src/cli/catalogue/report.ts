import type { FolderBuild, TierFiles } from './build-folder.js';
import type { Feed } from './feed.js';

/** One measured size against its budget (DESIGN section 4). */
export interface SizeLine {
  readonly name: string;
  readonly bytes: number;
  readonly budget: number | null;
  readonly ok: boolean | null;
}

const poolBudget = 150_000;
const rankingBudget = 1_000_000;
const manifestBudget = 2_000;
const deltaBudget = 20_000;
/** The budgets of the whole catalogue are stated for 100,000 items, the churn's for 1 %. */
const budgetItems = 100_000;
const budgetChurn = 0.01;

export function sizeLines({ pool, all }: FolderBuild): SizeLine[] {
  const poolTotal = sum(pool.brotliBytes.values());
  return [
    line('manifest', Math.max(pool.manifestBytes, all?.manifestBytes ?? 0), manifestBudget),
    line('pool, all chunks', poolTotal, pool.build.manifest.items <= 5_000 && pool.build.manifest.deltas.length === 0 ? poolBudget : null),
    ...deltaLine('pool', pool),
    ...(all === null
      ? []
      : [
          line(
            'whole catalogue, ranking columns',
            all.brotliBytes.get('r') ?? 0,
            all.build.manifest.items <= budgetItems ? rankingBudget : null,
          ),
          line('whole catalogue, all chunks', sum(all.brotliBytes.values()), null),
          ...deltaLine('whole catalogue', all),
        ]),
  ];
}

function deltaLine(name: string, tier: TierFiles): SizeLine[] {
  if (tier.build.kind !== 'delta') return [];
  const { removed, added, offers, manifest } = tier.build;
  const isBudgeted = manifest.items <= budgetItems && Math.max(removed, added) + offers <= budgetChurn * manifest.items;
  return [line(`${name}, today's delta (${removed} out, ${added} in, ${offers} prices)`, tier.deltaBytes, isBudgeted ? deltaBudget : null)];
}

function line(name: string, bytes: number, budget: number | null): SizeLine {
  return { name, bytes, budget, ok: budget === null ? null : bytes <= budget };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export function renderReport(feed: Feed, build: FolderBuild, dir: string): string {
  const { pool, all } = build;
  const variants = feed.items.reduce((count, item) => count + (item.variantIds?.length ?? 0), 0);
  const lines = [
    `${feed.items.length.toLocaleString('en')} items and ${variants.toLocaleString('en')} variant ids from ${feed.records.toLocaleString('en')} records`,
    ...feed.problems.slice(0, 8).map((problem) => `  left out: ${problem}`),
    ...(feed.problems.length > 8 ? [`  left out: ${feed.problems.length - 8} more`] : []),
    ...build.notices.map((notice) => `  note: ${notice}`),
    ...sizeLines(build).map(
      ({ name, bytes, budget, ok }) =>
        `  ${ok === false ? '✗' : ok === true ? '✓' : '·'} ${name.padEnd(58)} ${kilobytes(bytes).padStart(9)}${budget === null ? '' : ` of ${kilobytes(budget)}`}`,
    ),
    `${dir}/manifest.json: version ${pool.build.manifest.version}, ${said(pool)}, ${pool.build.manifest.items.toLocaleString('en')} items`,
    ...(all === null ? [] : [`${dir}/all.json: ${said(all)}, ${all.build.manifest.items.toLocaleString('en')} items`]),
    'Sizes are brotli. Serve the .bin.br files with Content-Encoding: br, chunks as immutable, manifests with max-age=60 and an ETag.',
  ];
  return lines.join('\n');
}

function said({ build }: TierFiles): string {
  switch (build.kind) {
    case 'base':
      return 'a new base';
    case 'delta':
      return `delta ${build.manifest.deltas.length} on its base`;
    case 'unchanged':
      return 'unchanged';
    default:
      return build.kind satisfies never;
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
