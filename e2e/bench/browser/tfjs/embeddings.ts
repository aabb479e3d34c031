import * as tf from '@tensorflow/tfjs-core';
import type { EmbeddingBatch } from '../../../../src/core/learners/kernel-types.js';
import { floatsOf, optimizerOf, stepped, type TfjsWay } from './contenders.js';
import { dim, initialItems, initialUser, items as itemCount } from '../work/embeddings.js';
import type { Descent } from '../work/start.js';

/** One user's vector against pairs of items, BPR, one step of the summed gradient per batch; `read` answers the items. */
export function bprEmbeddings(batches: readonly EmbeddingBatch[], descent: Descent): readonly TfjsWay[] {
  const shape = [itemCount, dim];
  const upload = () => {
    const examples = batches.map((batch) => {
      const [item, rival] = [Int32Array.from(batch.items), Int32Array.from(batch.rivals!)];
      const both = Int32Array.from([...item, ...rival]);
      return {
        item: tf.tensor1d(item, 'int32'),
        rival: tf.tensor1d(rival, 'int32'),
        both: tf.tensor1d(both, 'int32'),
        /** The same as positions, for writing. */
        at: tf.tensor2d(both, [both.length, 1], 'int32'),
      };
    });
    return { examples, dispose: () => tf.dispose(examples) };
  };
  return [
    {
      name: 'minimize',
      open() {
        const { examples, dispose } = upload();
        const items = tf.variable(tf.tensor(initialItems, shape));
        const user = tf.variable(tf.tensor(initialUser, [1, dim]));
        const optimizer = optimizerOf(descent);
        return {
          step(at) {
            const { item, rival } = examples[at % examples.length]!;
            optimizer.minimize(
              () => {
                const difference = tf.sub(tf.gather(items, item), tf.gather(items, rival));
                return tf.sum(tf.softplus(tf.neg(tf.matMul(difference as tf.Tensor2D, user as tf.Tensor2D, false, true)))) as tf.Scalar;
              },
              false,
              [items, user],
            );
          },
          read: () => floatsOf(items),
          dispose() {
            optimizer.dispose();
            tf.dispose([items, user]);
            dispose();
          },
        };
      },
    },
    byHand(true),
    byHand(false),
  ];

  function byHand(isInPlace: boolean): TfjsWay {
    return {
      ...(isInPlace ? { name: 'hand-derived', overwritesOn: 'cpu' } : { name: 'hand-derived with scatterND' }),
      open() {
        const { examples, dispose } = upload();
        const items = stepped(initialItems, shape, descent);
        const user = stepped(initialUser, [1, dim], descent);
        const one = tf.scalar(1);
        return {
          step: (step) =>
            tf.tidy(() => {
              const { item, rival, both, at } = examples[step % examples.length]!;
              const [liked, passed] = [tf.gather(items.value, item), tf.gather(items.value, rival)];
              const difference = tf.sub(liked, passed) as tf.Tensor2D;
              const slope = tf.sub(tf.sigmoid(tf.matMul(difference, user.value as tf.Tensor2D, false, true)), one) as tf.Tensor2D; // [rows, 1]
              const toLiked = tf.mul(slope, user.value);
              const toUser = tf.matMul(slope, difference, true); // [1, dim]
              const gradient = tf.concat([toLiked, tf.neg(toLiked)]);
              if (isInPlace) items.descendRows(both, at, gradient, tf.concat([liked, passed]));
              else items.addToRows(both, at, gradient);
              user.descend(toUser);
            }),
          read: () => floatsOf(items.value),
          dispose() {
            items.dispose();
            user.dispose();
            one.dispose();
            dispose();
          },
        };
      },
    };
  }
}
