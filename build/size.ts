import { readFile } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { configOf } from './targets.js';

/** `npm run size`: brotli size of each delivered file against its budget; exit code 1 over one. */

interface Budget {
  readonly name: string;
  /** Bytes after brotli, quality 11. */
  readonly limit: number;
  readonly read: () => Promise<Uint8Array>;
}

const kilo = 1000;

const budgets: readonly Budget[] = [
  { name: 'page script without the worker', limit: 6 * kilo, read: pageScriptAlone },
  { name: 'storefront chunk (script tag)', limit: 6 * kilo, read: () => readFile('dist/storefront.js') },
  { name: 'consent adapters', limit: 3 * kilo, read: () => readFile('dist/consent.js') },
  { name: 'holdout and lift', limit: 2.5 * kilo, read: () => readFile('dist/holdout.js') },
  { name: 'worker without tfjs', limit: 24 * kilo, read: () => readFile('dist/worker.js') },
  { name: 'later chunk (catalogue, engines)', limit: 6 * kilo, read: () => readFile('dist/later.js') },
  { name: 'rounds chunk', limit: 12 * kilo, read: () => readFile('dist/rounds.js') },
  { name: 'participation chunk', limit: 12 * kilo, read: () => readFile('dist/participation.js') },
  { name: 'simd chunk (WebAssembly)', limit: 16 * kilo, read: () => readFile('dist/simd.js') },
  { name: 'webgl chunk (tfjs)', limit: 95 * kilo, read: () => readFile('dist/webgl.js') },
  { name: 'React entry without the page script', limit: 2 * kilo, read: () => readFile('dist/react.js') },
];

/** The inline snippet is in the HTML of every page: its budget counts plain bytes. */
const snippetLimitBytes = 700;

export async function main(): Promise<number> {
  let isOver = false;
  const row = (name: string, size: number, limit: number, unit: string): void => {
    isOver ||= size > limit;
    console.log(`${size > limit ? 'OVER' : 'ok  '} ${name.padEnd(38)} ${String(size).padStart(7)} of ${String(limit).padStart(6)} ${unit}`);
  };
  for (const { name, limit, read } of budgets) row(name, brotliSize(await read()), limit, 'B brotli');
  row('inline snippet', (await readFile('dist/snippet.js')).length, snippetLimitBytes, 'B plain');
  const whole = await readFile('dist/homebody.iife.js');
  console.log(`     script tag with the worker inlined     ${String(brotliSize(whole)).padStart(7)}           B brotli`);
  return isOver ? 1 : 0;
}

function brotliSize(bytes: Uint8Array): number {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
    .length;
}

/** The script-tag build with an empty worker: what the page itself costs. */
async function pageScriptAlone(): Promise<Uint8Array> {
  const config = configOf('script', 'dist');
  const emptyWorker = {
    name: 'homebody-empty-worker',
    resolveId: (id: string) => (id === 'virtual:homebody-worker' ? '\0empty-worker' : undefined),
    load: (id: string) => (id === '\0empty-worker' ? "export default '';" : undefined),
  };
  const result = (await build({ ...config, plugins: [emptyWorker], build: { ...config.build, write: false } })) as
    | Rolldown.RolldownOutput
    | Rolldown.RolldownOutput[];
  const [output] = Array.isArray(result) ? result : [result];
  const chunk = output?.output[0];
  if (chunk?.type !== 'chunk') throw new Error('the script entry must build as one chunk');
  return new TextEncoder().encode(chunk.code);
}
