import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { EvalContext } from './dataset.js';

/** A folder of files that goes with the test; names that end in `.gz` are compressed. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'homebody-eval-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), name.endsWith('.gz') ? gzipSync(text) : text);
  return dir;
}

export function contextOf(dir: string, more: Partial<EvalContext> = {}): EvalContext {
  return { dir, lists: [], protocol: null, seed: 1, isTuning: false, progress: () => {}, ...more };
}

/** Where the real data lies, if it does. */
export const dataDir = resolve(process.env['HOMEBODY_DATA'] ?? '../shared/data');
