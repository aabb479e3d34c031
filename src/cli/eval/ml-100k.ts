import type { Dataset, EvalContext, EvalReport } from './dataset.js';
import { coldStart } from './ml-100k-cold-start.js';
import { foldFiles, listFiles } from './ml-100k-files.js';
import { leaveOneOut } from './ml-100k-loo.js';
import { ratingError } from './ml-100k-rmse.js';

const protocols = {
  loo: leaveOneOut,
  'cold-start': coldStart,
  rmse: ratingError,
} as const satisfies Readonly<Record<string, (context: EvalContext) => Promise<EvalReport>>>;
type Protocol = keyof typeof protocols;

export const ml100k: Dataset = {
  name: 'ml-100k',
  summary: 'MovieLens 100K: leave-last-out on listed candidates (loo), newcomers (cold-start), ratings by fold (rmse); or all three',
  async run(context) {
    if (context.protocol !== null) {
      if (!isProtocol(context.protocol))
        throw new Error(`ml-100k has no protocol ${context.protocol}; known: ${Object.keys(protocols).join(', ')}`);
      return protocols[context.protocol](context);
    }
    const { names, left } = await runnable(context);
    const reports: [name: Protocol, report: EvalReport][] = [];
    for (const name of names) reports.push([name, await protocols[name](context)]);
    return merged(reports, left, context.seed);
  },
};

const isProtocol = (name: string): name is Protocol => Object.hasOwn(protocols, name);

/** What the folder has the files for. Where it has none, all of it: the first says what is missing. */
async function runnable({ dir, lists }: EvalContext): Promise<{ readonly names: readonly Protocol[]; readonly left: readonly string[] }> {
  const hasLists = lists.length > 0 || (await listFiles(dir)).length > 0;
  const hasFolds = (await foldFiles(dir)).length > 0;
  if (!hasLists && !hasFolds) return { names: ['loo'], left: [] };
  return {
    names: [...(hasLists ? (['loo', 'cold-start'] as const) : []), ...(hasFolds ? (['rmse'] as const) : [])],
    left: [...(hasLists ? [] : ['loo and cold-start left out: no loo99*.tsv']), ...(hasFolds ? [] : ['rmse left out: no u1.test …'])],
  };
}

/** One report of several parts: HR and NDCG are those of `loo`, cold start stands in its tables. */
function merged(reports: readonly (readonly [name: Protocol, report: EvalReport])[], left: readonly string[], seed: number): EvalReport {
  const measured = reports.filter(([name]) => name !== 'cold-start');
  return {
    dataset: 'ml-100k',
    protocol: [...reports.map(([name, { protocol }]) => `[${name}] ${protocol}`), ...left].join('; '),
    seed,
    config: {
      chosen: 'each part for itself and none on what it is evaluated on, as its own “chosen” says',
      ...Object.fromEntries(reports.map(([name, { config }]) => [name, config])),
    },
    metrics: Object.assign({}, ...measured.map(([, { metrics }]) => metrics)) as EvalReport['metrics'],
    targets: Object.assign({}, ...measured.map(([, { targets }]) => targets)) as NonNullable<EvalReport['targets']>,
    baselines: Object.fromEntries(
      reports.flatMap(([name, { baselines }]) => Object.entries(baselines).map(([other, figures]) => [`${name}: ${other}`, figures])),
    ),
    tables: Object.assign({}, ...reports.map(([, { tables }]) => tables)) as NonNullable<EvalReport['tables']>,
  };
}
