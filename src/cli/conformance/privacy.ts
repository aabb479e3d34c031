import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { topics } from './privacy-checks.js';
import type { Topic, VectorFile } from './topic.js';

interface PrivacyFailure {
  readonly file: string;
  readonly id: string;
  /** Each difference in words. */
  readonly differences: readonly string[];
}

export interface PrivacyConformance {
  /** Cases. */
  readonly passed: number;
  readonly failed: number;
  /** Files whose topic is not yet supported. */
  readonly skipped: readonly string[];
  readonly failures: readonly PrivacyFailure[];
}

/** As many as the vectors ask: finds a wrong standard deviation of 0.35 %. */
const DRAWS = 1_000_000;

/**
 * Runs every vector file of `folder`, recognised by what its cases hold. Never throws for a failing case.
 * @param folder  any subset of the privacy vectors
 */
export async function runPrivacyVectors(folder: string, draws: number = DRAWS): Promise<PrivacyConformance> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && name !== 'schema.json').sort();
  const failures: PrivacyFailure[] = [];
  const skipped: string[] = [];
  let passed = 0;
  for (const name of names) {
    const file: VectorFile = JSON.parse(await readFile(path.join(folder, name), 'utf8'));
    const topic = topicOf(file);
    if (topic === undefined) {
      skipped.push(name);
      continue;
    }
    for (const { id, input, expected } of file.cases) {
      const differences = attempt(() => topic.check(input, expected, { file, draws }));
      if (differences.length === 0) passed++;
      else failures.push({ file: name, id, differences });
    }
  }
  return { passed, failed: failures.length, skipped, failures };
}

function topicOf(file: VectorFile): Topic | undefined {
  const first = Array.isArray(file.cases) ? file.cases[0] : undefined;
  if (typeof first?.input !== 'object' || typeof first.expected !== 'object') return undefined;
  return topics.find(({ recognises }) => recognises(first.input, first.expected));
}

function attempt(check: () => readonly string[]): readonly string[] {
  try {
    return check();
  } catch (thrown) {
    return [`threw ${thrown instanceof Error ? thrown.message : String(thrown)}`];
  }
}
