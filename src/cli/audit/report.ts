import { claimOf, claimSentence } from '../../core/privacy/claim.js';
import type { Finding } from './finding.js';
import { FALSE_ALARM, isBeaten, type PolicyFindings } from './run-audit.js';

/** The table for a person: of several seeds the one that came closest to its claim. */
export function printAudit(results: readonly PolicyFindings[], reports: number, print: (line: string) => void): void {
  const tasks = [...new Set(results.map(({ policy }) => policy.taskId))];
  const seeds = new Set(results.map(({ seed }) => seed)).size;
  print(
    `${reports.toLocaleString('en')} reports per world, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}. ` +
      `“At least” is an exact bound; a clean run accuses anybody with chance ${FALSE_ALARM} at most, all rows and seeds together.`,
  );
  for (const task of tasks) {
    const runs = results.filter(({ policy }) => policy.taskId === task);
    print('');
    print(`${task}. ${claimSentence(claimOf(runs[0]!.policy))}`);
    printTable(
      runs[0]!.findings.map((_, row) => worst(runs.map(({ findings }) => findings[row]!))),
      print,
    );
  }
  print('');
  print(isBeaten(results) ? 'A claim does not hold.' : 'Every claim holds against every attack.');
}

function worst(findings: readonly Finding[]): Finding {
  const rank = ({ verdict, atLeast, claim }: Finding): number => (verdict === 'holds' ? 0 : 1e9) + atLeast - claim;
  return findings.reduce((one, two) => (rank(two) > rank(one) ? two : one));
}

function printTable(findings: readonly Finding[], print: (line: string) => void): void {
  const rows = [
    ['attack', 'what', 'measured', 'at least', 'claim', 'verdict', 'found with power 0.99'],
    ...findings.map(({ attack, measure, measured, atLeast, claim, verdict, sees }) => [
      attack,
      measure,
      figure(measured),
      figure(atLeast),
      figure(claim),
      verdict,
      sees,
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    print(
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
}

const figure = (value: number): string =>
  Number.isInteger(value) ? String(value) : Math.abs(value) < 0.01 ? value.toExponential(1) : value.toFixed(3);
