import * as tf from '@tensorflow/tfjs-core';
import type { ItemMatrix } from '../../../../src/core/learners/kernel-types.js';
import { dim, k, queries } from '../work/catalogue.js';
import { floatsOf, type TfjsWay } from './contenders.js';

/** Product and `topk`, rows and scores read back to the CPU after each query; `read` answers the scores. */
export function matMulTopK({ rows, vectors }: ItemMatrix): readonly TfjsWay[] {
  return [
    {
      name: 'matMul and topk',
      open() {
        const items = tf.tensor2d(vectors, [rows, dim]);
        const asked = queries.map((query) => tf.tensor2d(query, [dim, 1]));
        let scores: Float32Array = new Float32Array();
        return {
          async step(at) {
            const found = tf.tidy(() => tf.topk(tf.reshape(tf.matMul(items, asked[at % asked.length]!), [rows]), k));
            scores = (await Promise.all([floatsOf(found.values), found.indices.data()]))[0];
            tf.dispose(found);
          },
          read: async () => scores,
          dispose: () => tf.dispose([items, ...asked]),
        };
      },
    },
  ];
}
