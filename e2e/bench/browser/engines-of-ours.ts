import type { FullEngine } from '../../../src/compute/engine.js';
import { createFullReferenceEngine } from '../../../src/compute/full-reference.js';
import type { KernelName } from '../../../src/compute/race.js';
import type { EngineSelector } from '../../../src/compute/select.js';
import { createFullSelector } from '../../../src/compute/select-full.js';
import { createSimdEngine } from '../../../src/compute/simd/entry.js';
import { createWebglEngine } from '../../../src/compute/webgl/entry.js';
import type { Contender } from './contest.js';
import type { Allocate } from './work/start.js';

type Kernels<Name extends KernelName> = Pick<FullEngine, Name>;

/** Some kernels may be absent; who has memory of its own lets parameters live there. */
type SomeEngine = Partial<FullEngine> & { readonly allocate?: Allocate };

export const plainArrays: Allocate = (...lengths) => lengths.map((length) => new Float32Array(length));

/** What opens each engine, in the order of their names on a chart. */
const openers: readonly { readonly name: string; open(): Promise<SomeEngine> }[] = [
  { name: 'reference', open: async () => createFullReferenceEngine() },
  { name: 'simd', open: async () => createSimdEngine() },
  { name: 'webgl', open: () => createWebglEngine() },
];

export interface OurEngines {
  readonly fixed: readonly { readonly name: string; readonly engine: SomeEngine }[];
  readonly selector: EngineSelector<KernelName>;
}

/** Opens what opens here; the others are left out with the reason. */
export async function openEngines(): Promise<OurEngines> {
  const fixed: { name: string; engine: SomeEngine }[] = [];
  for (const { name, open } of openers) {
    try {
      const engine = await open();
      fixed.push({ name, engine });
      console.log(`  ${name}: ${engine.describe?.().device ?? 'of unknown make'}`);
    } catch (error) {
      console.log(`  ${name} left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const selector = createFullSelector({
    wanted: 'auto',
    loadSimd: async () => createSimdEngine(),
    loadWebgl: () => createWebglEngine(),
    nowMs: () => performance.now(),
    onFallback: ({ from, error }) => console.log(`  auto left ${from}: ${error.code} ${error.message}`),
  });
  return { fixed, selector };
}

/**
 * A contender for each engine that has the kernel, then `auto`: one call of the engine per step, `await` included, as the worker calls it.
 * @param make  a fresh start with parameters of its own
 */
export function ourContenders<Name extends KernelName>(
  { fixed, selector }: OurEngines,
  kernel: Name,
  make: (engine: Kernels<Name>, allocate: Allocate) => Omit<Contender, 'role' | 'name'>,
): readonly (() => Contender | Promise<Contender>)[] {
  const seen = (engine: { readonly [Any in KernelName]?: unknown }): Kernels<Name> => {
    if (engine[kernel] === undefined) throw new Error(`has no ${kernel}`);
    // Narrowed to what has just been seen to be there.
    return engine as Kernels<Name>;
  };
  return [
    ...fixed.map(({ name, engine }) => (): Contender => ({ role: 'engine', name, ...make(seen(engine), engine.allocate ?? plainArrays) })),
    async (): Promise<Contender> => {
      const kernels = seen(selector.kernels);
      await selector.start();
      const trial = make(kernels, selector.allocate); // what is raced is a copy of a call that came, in memory of the same kind
      await trial.prepare?.(1);
      await trial.steps(1);
      await selector.idle();
      return { role: 'auto', name: 'auto', ...make(kernels, selector.allocate) };
    },
  ];
}
