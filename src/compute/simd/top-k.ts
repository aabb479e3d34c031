import type { ItemMatrix, QuantisedItems, TopK } from '../../core/learners/kernel-types.js';
import { saturate } from '../../core/learners/saturate.js';
import { quantiseQuery, scoreTopKInt8 } from '../../core/learners/score-top-k-int8.js';
import { scoreTopK } from '../../core/learners/score-top-k.js';
import type { HeldItems } from './held-items.js';
import type { Homes } from './homes.js';
import { searchRows } from './search-rows.js';

export interface TopKKernels {
  scoreTopK(query: Float32Array, items: ItemMatrix, k: number): TopK;
  scoreTopKInt8(query: Float32Array, items: QuantisedItems, k: number): TopK;
}

export function createTopKKernels(homes: Homes, held: HeldItems): TopKKernels {
  return {
    scoreTopK(query, items, k) {
      const { rows, dim, vectors, bias } = items;
      const found = searchRows(homes, held, {
        rows,
        k,
        query: padded(new Float32Array((dim + 3) & ~3), query, dim),
        columns: [{ values: vectors, width: dim }, ...(bias === undefined ? [] : [{ values: bias, width: 1 }])],
        find: ({ kernels }, queryAt, [vectorsAt, biasAt = 0], count, first, heap, size, filled) =>
          kernels.findTopK(queryAt, vectorsAt!, biasAt, count, dim, first, heap.scoresAt, heap.rowsAt, size, filled),
      });
      return found === undefined ? scoreTopK(query, items, k) : scoredAgain(query, items, found.rows);
    },
    scoreTopKInt8(query, items, k) {
      const { rows, dim, codes, scales, bias } = items;
      const { codes: queryCodes, scale } = quantiseQuery(query, dim);
      const found = searchRows(homes, held, {
        rows,
        k,
        query: padded(new Int16Array((dim + 7) & ~7), queryCodes, dim),
        columns: [{ values: codes, width: dim }, { values: scales, width: 1 }, ...(bias === undefined ? [] : [{ values: bias, width: 1 }])],
        find: ({ kernels }, queryAt, [codesAt, scalesAt, biasAt = 0], count, first, heap, size, filled) =>
          kernels.findTopKInt8(queryAt, scale, codesAt!, scalesAt!, biasAt, count, dim, first, heap.scoresAt, heap.rowsAt, size, filled),
      });
      return found ?? scoreTopKInt8(query, items, k);
    },
  };
}

function padded<Values extends Float32Array | Int16Array>(zeros: Values, query: Values, dim: number): Values {
  zeros.set(query.length > dim ? query.subarray(0, dim) : query);
  return zeros;
}

/** The scores of the rows found, as the pure kernel computes them, and their order by these. */
function scoredAgain(query: Float32Array, { dim, vectors, bias }: ItemMatrix, found: Uint32Array): TopK {
  const scores = new Float32Array(found.length);
  for (let place = 0; place < found.length; place++) {
    const row = found[place]!;
    let sum = bias ? bias[row]! : 0;
    for (let at = 0; at < dim; at++) sum += query[at]! * vectors[row * dim + at]!;
    scores[place] = saturate(sum);
  }
  // Nearly sorted: an insertion moves what the last digits put elsewhere.
  for (let place = 1; place < found.length; place++) {
    const [row, score] = [found[place]!, scores[place]!];
    let at = place;
    for (; at > 0 && (scores[at - 1]! < score || (scores[at - 1] === score && found[at - 1]! > row)); at--) {
      scores[at] = scores[at - 1]!;
      found[at] = found[at - 1]!;
    }
    scores[at] = score;
    found[at] = row;
  }
  return { rows: found, scores };
}
