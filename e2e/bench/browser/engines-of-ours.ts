import type { FullEngine } from '../../../src/compute/engine.js';
import { createReferenceEngine } from '../../../src/compute/reference.js';
import { createEngineSelector, type EngineSelector } from '../../../src/compute/select.js';
import { createWebglEngine } from '../../../src/compute/webgl/entry.js';
import { stepEmbeddings } from '../../../src/core/learners/embeddings.js';
import { stepMlp } from '../../../src/core/learners/mlp.js';
import type { Contender } from './contest.js';

export type Kernel = 'stepLinear' | 'stepFactors' | 'stepEmbeddings' | 'stepMlp' | 'scoreTopK' | 'scoreTopKInt8';
type Kernels<Name extends Kernel> = Pick<FullEngine, Name>;

/** What opens each engine, in the order of their names on a chart. */
const openers: readonly { readonly name: string; open(): Promise<Partial<FullEngine>> }[] = [
  {
    name: 'reference',
    open: async () => ({
      ...createReferenceEngine(),
      stepEmbeddings: async (params, batch, rule) => stepEmbeddings(params, batch, rule),
      stepMlp: async (params, batch, rule) => stepMlp(params, batch, rule),
    }),
  },
  { name: 'webgl', open: () => createWebglEngine() },
];

export interface OurEngines {
  readonly fixed: readonly { readonly name: string; readonly engine: Partial<FullEngine> }[];
  readonly selector: EngineSelector;
}

/** Opens what opens here; the others are left out with the reason. */
export async function openEngines(): Promise<OurEngines> {
  const fixed: { name: string; engine: Partial<FullEngine> }[] = [];
  for (const { name, open } of openers) {
    try {
      const engine = await open();
      fixed.push({ name, engine });
      console.log(`  ${name}: ${engine.describe?.().device ?? 'of unknown make'}`);
    } catch (error) {
      console.log(`  ${name} left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const selector = createEngineSelector({
    wanted: 'auto',
    loadWebgl: createWebglEngine,
    nowMs: () => performance.now(),
    onFallback: ({ error }) => console.log(`  auto left webgl: ${error.code} ${error.message}`),
  });
  return { fixed, selector };
}

/**
 * A contender for each engine that has the kernel, then `auto`: one call of the engine per step, `await` included, as the worker calls it.
 * @param make  a fresh start with parameters of its own
 */
export function ourContenders<Name extends Kernel>(
  { fixed, selector }: OurEngines,
  kernel: Name,
  make: (engine: Kernels<Name>) => Omit<Contender, 'role' | 'name'>,
): readonly (() => Contender | Promise<Contender>)[] {
  const withAll = (engine: Partial<FullEngine>): Kernels<Name> => {
    if (engine[kernel] === undefined) throw new Error(`has no ${kernel}`);
    // Narrowed to what has just been seen to be there.
    return engine as Kernels<Name>;
  };
  return [
    ...fixed.map(({ name, engine }) => (): Contender => ({ role: 'engine', name, ...make(withAll(engine)) })),
    async (): Promise<Contender> => {
      const kernels = withAll(selector.kernels);
      const trial = make(kernels); // so that the selector knows what sizes are asked for
      await trial.prepare?.(1);
      await trial.steps(1);
      await selector.idle();
      return { role: 'auto', name: 'auto', ...make(kernels) };
    },
  ];
}
