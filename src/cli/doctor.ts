import type { Command } from 'commander';
import { diagnoseInBrowser } from './doctor/browser-checks.js';
import { findBrowser } from './doctor/find-browser.js';
import { good, unknown, type Finding } from './doctor/finding.js';
import { checkIds, diagnoseHttp } from './doctor/http-checks.js';

/** `homebody doctor`: exit code 0 nothing red, 1 something red, 2 the page could not be looked at. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description('look at a page as a browser does: tag, CSP, worker, events, ids, consent, store, clock, cache headers')
    .argument('<url>', 'a page of the shop, best one with a list')
    .option('--json', 'print one JSON document')
    .action(async (url: string, options: { readonly json?: boolean }) => {
      process.exitCode = await doctor(url, options, (line) => process.stdout.write(`${line}\n`));
    });
}

export interface DoctorParts {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly findBrowser: typeof findBrowser;
}

const realParts: DoctorParts = { fetch: (input, init) => fetch(input, init), now: () => Date.now(), findBrowser };

export async function doctor(
  url: string,
  options: { readonly json?: boolean },
  print: (line: string) => void,
  parts: DoctorParts = realParts,
): Promise<number> {
  const report = (findings: readonly Finding[], problem: string | null): void => {
    if (options.json === true)
      print(JSON.stringify({ url, ok: problem === null && findings.every((finding) => finding.ok !== false), problem, findings }));
    else {
      for (const finding of findings) for (const line of renderFinding(finding)) print(line);
      if (problem !== null) print(problem);
    }
  };
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    report([], `${url} is no http(s) URL; expected something like https://shop.example/`);
    return 2;
  }
  let findings: Finding[];
  try {
    const http = await diagnoseHttp(url, parts);
    const seen = await lookWithBrowser(url, parts);
    findings = [...http.findings, ...seen.findings, checkIds(seen.itemIds ?? http.itemIds, http.catalogue)];
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? ` (${thrown.cause.message})` : '';
    report([], `${url} cannot be looked at: ${thrown instanceof Error ? thrown.message : String(thrown)}${cause}`);
    return 2;
  }
  // A tag that a tag manager adds is not in the HTML, but it runs.
  const runs = findings.some((finding) => finding.check === 'worker' && finding.ok === true);
  if (runs)
    findings = findings.map((finding) =>
      finding.check === 'tag' && finding.detail.startsWith('no <script')
        ? good('tag', 'added by another script (not in the HTML as served)')
        : finding,
    );
  findings.sort((a, b) => order.indexOf(a.check) - order.indexOf(b.check));
  report(findings, null);
  return findings.some((finding) => finding.ok === false) ? 1 : 0;
}

const order = [
  'tag',
  'csp',
  'browser',
  'worker',
  'events',
  'ids',
  'consent',
  'store',
  'clock',
  'cache:page',
  'cache:switch',
  'cache:catalogue',
];

async function lookWithBrowser(
  url: string,
  parts: DoctorParts,
): Promise<{ readonly findings: readonly Finding[]; readonly itemIds: readonly string[] | null }> {
  const browser = await parts.findBrowser();
  if ('missing' in browser) return { findings: [unknown('browser', `only the HTTP part was checked: ${browser.missing}`)], itemIds: null };
  return diagnoseInBrowser(url, browser);
}

function renderFinding({ check, ok, detail, fix }: Finding): string[] {
  const isColoured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const paint = (code: number, text: string): string => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
  const mark = ok === true ? paint(32, '✓') : ok === false ? paint(31, '✗') : paint(33, '·');
  return [
    `${mark} ${check.padEnd(15)} ${detail}`,
    ...(fix === undefined ? [] : [`  ${' '.repeat(15)} ${ok === false ? 'fix: ' : 'hint: '}${fix}`]),
  ];
}
