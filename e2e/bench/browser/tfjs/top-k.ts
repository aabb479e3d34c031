import * as tf from '@tensorflow/tfjs-core';
import type { ItemMatrix } from '../../../../src/core/learners/kernel-types.js';
import { dim, k, queries } from '../work/catalogue.js';
import { floatsOf, type TfjsWay } from './contenders.js';

/**
 * Product and `topk`, rows and scores read back to the CPU after each query; `read` answers the scores. The product both ways round, since
 * backends differ in which they like.
 */
export function matMulTopK({ rows, vectors }: ItemMatrix): readonly TfjsWay[] {
  return [
    way('items · query', rows, vectors, (items, query) => tf.matMul(items, query, false, true)),
    way('query · itemsᵀ', rows, vectors, (items, query) => tf.matMul(query, items, false, true)),
  ];
}

function way(name: string, rows: number, vectors: Float32Array, product: (items: tf.Tensor2D, query: tf.Tensor2D) => tf.Tensor): TfjsWay {
  return {
    name: `topk(${name})`,
    open() {
      const items = tf.tensor2d(vectors, [rows, dim]);
      const asked = queries.map((query) => tf.tensor2d(query, [1, dim]));
      let scores: Float32Array = new Float32Array();
      return {
        async step(at) {
          const found = tf.tidy(() => tf.topk(tf.reshape(product(items, asked[at % asked.length]!), [rows]), k));
          scores = (await Promise.all([floatsOf(found.values), found.indices.data()]))[0];
          tf.dispose(found);
        },
        read: async () => scores,
        dispose: () => tf.dispose([items, ...asked]),
      };
    },
  };
}
