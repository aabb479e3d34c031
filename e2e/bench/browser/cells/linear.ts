import { stepLinear } from '../../../../src/core/learners/linear.js';
import type { LinearParams, LinearRule, SparseBatch } from '../../../../src/core/learners/kernel-types.js';
import { seededRandom } from '../../../../src/core/random.js';
import type { Figure } from '../../figure.js';
import { hold, type Contender } from '../contest.js';
import { openEngines, ourContenders } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { firstAccumulator, tfjsContenders } from '../tfjs/contenders.js';
import { sparseLinear } from '../tfjs/linear.js';

/**
 * Sparse logistic regression with AdaGrad: 30 features of 2^18, a stream of 200,000 examples. `batch1` is one engine call per example;
 * `blocks` the same stream in blocks, where each example still makes a step of its own.
 */

const size = 2 ** 18;
const nonZeros = 30;
const streamLength = 200_000;
const stepsPerTurn = 20_000;
const stepsAtOnce = 500;
const blockRows = 1000;
const rule: LinearRule = { learningRate: 0.1, l2: 0, epsilon: 1e-7 };

async function bench(): Promise<readonly Figure[]> {
  const backends = await startBackends();
  const engines = await openEngines();
  const stream = makeStream();
  const name = `step-sparse${nonZeros}of${size}`;
  const figures = await hold({
    name: `${name}-batch1`,
    unit: 'µs/step',
    target: 300,
    tolerance: 1e-3,
    mostSteps: stepsPerTurn,
    stepsAtOnce,
    contenders: [
      ...ourContenders(engines, 'stepLinear', (engine) => calls(stream, 1, (params, batch) => engine.stepLinear(params, batch, rule))),
      () => ({ role: 'kernel', name: 'reference kernel', ...loop(stream) }),
      ...tfjsContenders(backends, sparseLinear(stream, size, nonZeros, rule.learningRate)),
    ],
  });
  const blocks = await hold({
    name: `${name}-blocks${blockRows}`,
    unit: 'µs/example',
    target: 2,
    pair: ['simd', 'reference'],
    examplesPerStep: blockRows,
    tolerance: 1e-5,
    contenders: ourContenders(engines, 'stepLinear', (engine) => calls(stream, blockRows, (params, batch) => engine.stepLinear(params, batch, rule))),
  });
  return [...figures, ...blocks];
}

function makeStream(): SparseBatch {
  const random = seededRandom(3);
  const indices = new Uint32Array(streamLength * nonZeros);
  const seenIn = new Uint32Array(size); // the last row, counted from 1, that has this index
  for (let row = 0; row < streamLength; row++) {
    for (let at = row * nonZeros; at < (row + 1) * nonZeros;) {
      const index = random.nextUint32() % size;
      if (seenIn[index] === row + 1) continue;
      seenIn[index] = row + 1;
      indices[at++] = index;
    }
  }
  return {
    rows: streamLength,
    offsets: Uint32Array.from({ length: streamLength + 1 }, (_, row) => row * nonZeros),
    indices,
    values: Float32Array.from({ length: streamLength * nonZeros }, () => 2 * random.nextUnit() - 1),
    labels: Float32Array.from({ length: streamLength }, () => (random.nextUnit() < 0.4 ? 1 : 0)),
    sampleWeights: new Float32Array(streamLength).fill(1),
    margins: new Float32Array(streamLength),
  };
}

const [one, zero, oneOffsets] = [Float32Array.of(1), Float32Array.of(0), Uint32Array.of(0, nonZeros)];

/** Rows `from` to `to`, without copying. */
function part(stream: SparseBatch, from: number, to: number): SparseBatch {
  const rows = to - from;
  return {
    rows,
    offsets: rows === 1 ? oneOffsets : stream.offsets.subarray(0, rows + 1), // all rows are as long
    indices: stream.indices.subarray(from * nonZeros, to * nonZeros),
    values: stream.values.subarray(from * nonZeros, to * nonZeros),
    labels: stream.labels.subarray(from, to),
    sampleWeights: rows === 1 ? one : stream.sampleWeights.subarray(from, to),
    margins: rows === 1 ? zero : stream.margins.subarray(from, to),
  };
}

const freshParams = (): LinearParams => ({
  weights: new Float32Array(size),
  accumulators: new Float32Array(size).fill(firstAccumulator),
});

type Turn = Pick<Contender, 'prepare' | 'steps'>;

/** One engine call per batch of `rows`. */
function calls(stream: SparseBatch, rows: number, step: (params: LinearParams, batch: SparseBatch) => Promise<unknown>): Turn {
  const params = freshParams();
  const batches = inTurn(stream, rows);
  return {
    prepare: batches.prepare,
    async steps() {
      for (const batch of batches.prepared()) await step(params, batch);
      return params.weights;
    },
  };
}

/** The same without an engine: a plain loop over examples. */
function loop(stream: SparseBatch): Turn {
  const params = freshParams();
  const batches = inTurn(stream, 1);
  return {
    prepare: batches.prepare,
    async steps() {
      for (const batch of batches.prepared()) stepLinear(params, batch, rule);
      return params.weights;
    },
  };
}

/** The next examples of the stream are at hand, cut into batches, when a turn begins. */
function inTurn(stream: SparseBatch, rows: number) {
  let next = 0;
  let batches: readonly SparseBatch[] = [];
  return {
    prepare(count: number): void {
      batches = Array.from({ length: count }, () => {
        if (next + rows > stream.rows) next = 0;
        return part(stream, next, (next += rows));
      });
    },
    prepared: () => batches,
  };
}

Object.assign(globalThis, { bench });
