import { SdkError } from '../../core/errors.js';
import { isCommonRule } from '../../core/learners/linear.js';
import { stepAnyLinear } from '../../core/learners/linear-any.js';
import { stepEmbeddings } from '../../core/learners/embeddings.js';
import { stepMlp } from '../../core/learners/mlp.js';
import { scoreTopKInt8 } from '../../core/learners/score-top-k-int8.js';
import type { FullEngine, GpuEngine } from '../engine.js';
import { openDevice, type Device } from './device.js';
import { createGuard } from './guard.js';
import { textureOf } from './tensor.js';

/**
 * The engine on tfjs' WebGL backend. The caller's arrays are the CPU copy: they change only when a result has been read back
 * and verified, in one go, so a lost context loses no update.
 *
 * What a GPU would not do better runs on the pure kernel, in its turn: int8 scoring (whole numbers of 16 bits), linear rules beyond
 * AdaGrad and SGD with logistic loss, networks and groups larger than a texture.
 *
 * Rejects with `engine-lost` or `engine-refused` when a step failed on two devices; the step has then changed nothing.
 *
 * @param open  how to get a device; tests give one that lies
 * @throws SdkError `engine-unavailable` where WebGL2 with 32-bit float targets is not to be had
 */
export async function createWebglEngine(open: () => Device = openDevice): Promise<GpuEngine & FullEngine> {
  const guard = createGuard(open);
  const engine: GpuEngine & FullEngine = {
    name: 'webgl',
    stepLinear(params, batch, rule) {
      if (!isCommonRule(rule)) return guard.wait(() => stepAnyLinear(params, batch, rule));
      return guard.run(async ({ linear }) => {
        const { scores, indices, weights, accumulators } = await linear.step(params, batch, rule);
        for (const [place, index] of indices.entries()) {
          params.weights[index] = weights[place]!;
          params.accumulators[index] = accumulators[place]!;
        }
        return scores;
      });
    },
    stepFactors: (params, batch, rule) =>
      guard.run(async ({ factors }) => {
        const { scores, user, inverse } = await factors.step(params, batch, rule);
        params.user.set(user);
        params.inverse.set(inverse);
        return scores;
      }),
    scoreTopK: (query, items, k) => guard.run(({ topK }) => topK.score(query, items, k)),
    stepEmbeddings: (params, batch, rule) =>
      guard.run(async ({ embeddings }) => {
        if (!embeddings.fits(params, batch, rule)) return stepEmbeddings(params, batch, rule);
        const { scores, commit } = await embeddings.step(params, batch, rule);
        commit();
        return scores;
      }),
    stepMlp: (params, batch, rule) =>
      guard.run(async ({ mlp }) => {
        if (!mlp.fits(params, batch, rule)) return stepMlp(params, batch, rule);
        const { scores, weights, accumulators, steps } = await mlp.step(params, batch, rule);
        params.weights.set(weights);
        params.accumulators.set(accumulators);
        params.steps[0]! += steps;
        return scores;
      }),
    scoreTopKInt8: (query, items, k) => guard.wait(() => scoreTopKInt8(query, items, k)),
    describe() {
      const station = guard.station();
      if (station === null) return { name: 'webgl', device: 'none: the context is gone', textures: [], recoveries: guard.recoveries() };
      const { device, linear, factors, topK } = station;
      const textures = [...linear.tensors, ...factors.tensors, ...topK.tensors].map((tensor) => {
        const { width, height } = textureOf(device, tensor);
        return [width, height] as const;
      });
      return { name: 'webgl', device: device.renderer, textures: device.isLost() ? [] : textures, recoveries: guard.recoveries() };
    },
    loseContext() {
      const station = guard.station();
      if (station === null) throw new SdkError('invalid-state', 'there is no context to lose');
      station.device.loseContext();
    },
    close: () => guard.close(),
  };
  return engine;
}
