import type { EvalMetrics, EvalReport } from './dataset.js';

const metricNames = [
  'hr10',
  'ndcg10',
  'hr20',
  'mrr20',
  'auc',
  'logloss',
  'rmse',
  'accuracy',
  'ece',
] as const satisfies readonly (keyof EvalMetrics)[];
const titles: Readonly<Record<keyof EvalMetrics, string>> = {
  hr10: 'HR@10',
  ndcg10: 'NDCG@10',
  hr20: 'HR@20',
  mrr20: 'MRR@20',
  auc: 'AUC',
  logloss: 'logloss',
  rmse: 'RMSE',
  accuracy: 'accuracy',
  ece: 'ECE',
};
const lessIsBetter: ReadonlySet<keyof EvalMetrics> = new Set(['logloss', 'rmse', 'ece']);

/** The figures that miss their target, by name. */
export function missesOf({ metrics, targets = {} }: EvalReport): readonly (keyof EvalMetrics)[] {
  return metricNames.filter((name) => {
    const target = targets[name];
    if (target === undefined) return false;
    const value = metrics[name] ?? Number.NaN;
    return !(lessIsBetter.has(name) ? value <= target : value >= target);
  });
}

/** The report for a person. */
export function reportLines(report: EvalReport): readonly string[] {
  const { metrics, targets = {}, baselines } = report;
  const columns = metricNames.filter(
    (name) => metrics[name] !== undefined || Object.values(baselines).some((each) => each[name] !== undefined),
  );
  const misses = missesOf(report);
  const cell = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(4)).padStart(9);
  const row = (name: string, values: EvalMetrics, note = ''): string =>
    `${name.padEnd(28)}${columns.map((column) => cell(values[column])).join('')}${note && `  ${note}`}`.trimEnd();
  const { chosen, ...config } = report.config;
  return [
    `${report.dataset}: ${report.protocol}`,
    `seed ${report.seed}; configuration ${JSON.stringify(config)}`,
    `chosen: ${chosen}`,
    '',
    `${''.padEnd(28)}${columns.map((name) => titles[name].padStart(9)).join('')}`,
    row('homebody', metrics),
    ...(report.targets === undefined
      ? []
      : [row('target', targets, misses.length === 0 ? 'reached' : `missed: ${misses.map((name) => titles[name]).join(', ')}`)]),
    ...Object.entries(baselines).map(([name, { source, ...values }]) => row(name, values, source)),
    ...Object.entries(report.tables ?? {}).flatMap(([title, rows]) => ['', title, ...tableLines(rows)]),
  ];
}

function tableLines(rows: readonly Readonly<Record<string, number | string>>[]): readonly string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const text = (value: number | string | undefined): string =>
    typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : String(value ?? '');
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => text(row[column]).length)) + 2);
  const line = (cells: readonly string[]): string => cells.map((cell, at) => cell.padStart(widths[at]!)).join('');
  return [line(columns), ...rows.map((row) => line(columns.map((column) => text(row[column]))))];
}
