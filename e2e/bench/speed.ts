import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Bench } from './bench.js';
import { overlapFigures } from './overlap.js';
import { runBench, withPage } from './pages.js';

/** Our engines and tfjs on its backends by turns in one page. */
const cell = (name: string): Bench => ({
  name,
  run: async (context) => withPage(context, [`cells/${name}`], await tfjsFiles(), runBench),
});

/** The files that tfjs' wasm backend fetches. */
async function tfjsFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const name = 'tfjs-backend-wasm-simd.wasm';
  return new Map([[`/${name}`, await readFile(path.resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist', name))]]);
}

export const speedBenches: readonly Bench[] = [
  ...['linear', 'dense', 'embeddings', 'mlp', 'fused'].map(cell),
  {
    name: 'top-k',
    run: async (context) => [...(await overlapFigures(context)), ...(await cell('top-k').run(context))],
  },
];
