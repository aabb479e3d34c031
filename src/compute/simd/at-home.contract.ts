import type { FullEngine } from '../engine.js';
import { createSimdEngine } from './entry.js';

/** The simd engine whose every parameter and catalogue lives in its own memory, seen from outside: copied there and back. */
export function createSimdEngineAtHome(): FullEngine {
  const engine = createSimdEngine();
  const move = <Holder extends object>(holder: Holder): Holder => {
    const arrays = Object.entries(holder).filter(([, value]) => value instanceof Float32Array) as [string, Float32Array][];
    const copies = engine.allocate(...arrays.map(([, { length }]) => length));
    const moved = arrays.map(([name, array], at) => {
      copies[at]!.set(array);
      return [name, copies[at]];
    });
    return { ...holder, ...(Object.fromEntries(moved) as Partial<Holder>) };
  };
  const there =
    <Params extends object, Rest extends unknown[]>(step: (params: Params, ...rest: Rest) => Promise<Float32Array>) =>
    async (params: Params, ...rest: Rest): Promise<Float32Array> => {
      const moved = move(params);
      // Runs at once, so that calls that overlap do not both start from the parameters of now.
      const scores = step(moved, ...rest);
      for (const [name, value] of Object.entries(params))
        if (value instanceof Float32Array) value.set(moved[name as keyof Params] as Float32Array);
      return scores;
    };
  return {
    ...engine,
    stepLinear: there(engine.stepLinear),
    stepFactors: there(engine.stepFactors),
    stepEmbeddings: there(engine.stepEmbeddings),
    stepMlp: there(engine.stepMlp),
    scoreTopK: (query, items, k) => engine.scoreTopK(query, move(items), k),
    scoreTopKInt8: (query, items, k) => engine.scoreTopKInt8(query, move(items), k),
  };
}
