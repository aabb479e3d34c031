import { readFileSync } from 'node:fs';
import type { Figure } from './figure.js';

/**
 * `node build/run.mjs e2e/bench/table.ts FILE`: the lines of `npm run bench -- [name…] > FILE` as a table for the README.
 * Lines that are no figure (what npm itself says) are passed over.
 */
export function main([file]: readonly string[]): number {
  if (file === undefined) {
    process.stderr.write('usage: node build/run.mjs e2e/bench/table.ts FILE (lines of `npm run --silent bench`)\n');
    return 2;
  }
  const figures = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Figure);
  const lines = ['| cell | ours | against | ratio | target |', '| --- | --- | --- | --- | --- |', ...figures.map(rowOf)];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

function rowOf({ name, value, unit, against, ratio, target, ok, engine }: Figure): string {
  const ours = `${readable(value, unit)}${engine === undefined ? '' : ` (${engine})`}`;
  const wanted = target === null ? '–' : ratio === null ? `≤ ${readable(target, unit)}` : `≥ ${target}×`;
  const verdict = ok === false ? ' missed' : '';
  return `| ${name} | ${ours} | ${against === null ? '–' : readableAgainst(against, unit)} | ${ratio === null ? '–' : `${ratio}×`} | ${wanted}${verdict} |`;
}

/** Microseconds are told in a unit that a person reads. */
function readable(value: number, unit: string): string {
  const [base, ...per] = unit.split('/');
  if (base !== 'µs' || value < 1000) return `${value} ${unit}`;
  const [scaled, larger] = value < 1e6 ? [value / 1e3, 'ms'] : [value / 1e6, 's'];
  return `${Number(scaled.toPrecision(4))} ${[larger, ...per].join('/')}`;
}

/** “name: value unit”, as `comparison` writes it. */
function readableAgainst(against: string, unit: string): string {
  const found = /^(.*): ([\d.e+-]+) /.exec(against);
  return found === null ? against : `${found[1]}: ${readable(Number(found[2]), unit)}`;
}
