import { stepLinear } from '../../../../src/core/learners/linear.js';
import type { LinearParams, LinearRule, SparseBatch } from '../../../../src/core/learners/kernel-types.js';
import type { Figure } from '../../figure.js';
import { hold, type Contender, type Contest } from '../contest.js';
import { openEngines, ourContenders } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { tfjsContenders } from '../tfjs/contenders.js';
import { sparseLinear } from '../tfjs/linear.js';
import { linearRules, nonZeros, part, sparseSize, sparseStream, zeroLinear } from '../work/linear.js';
import type { Descent } from '../work/start.js';

/**
 * Sparse logistic regression: 30 features of 2^18, a stream of 200,000 examples. `batch1` is one engine call per example;
 * `blocks` the same stream in blocks, where each example still makes a step of its own.
 */

const streamRows = 200_000;
const stepsPerTurn = 20_000;
const stepsAtOnce = 500;
const blockRows = 1000;

async function bench(): Promise<readonly Figure[]> {
  const backends = await startBackends();
  const engines = await openEngines();
  const stream = sparseStream(streamRows);
  const figures: Figure[] = [];
  for (const rule of linearRules) figures.push(...(await hold(oneByOne(rule))), ...(await hold(inBlocks(rule))));
  return figures;

  function oneByOne(rule: LinearRule & Descent): Contest {
    return {
      name: `step-${rule.kind}-sparse${nonZeros}of${sparseSize}-batch1`,
      unit: 'µs/step',
      target: 300,
      tolerance: 1e-3,
      mostSteps: stepsPerTurn,
      stepsAtOnce,
      contenders: [
        ...ourContenders(engines, 'stepLinear', (engine, allocate) => {
          const params = zeroLinear(sparseSize, allocate);
          return calls(params, stream, 1, (batch) => engine.stepLinear(params, batch, rule));
        }),
        () => ({ role: 'kernel', name: 'reference kernel', ...loop(stream, rule) }),
        ...tfjsContenders(backends, sparseLinear(stream, sparseSize, nonZeros, rule)),
      ],
    };
  }

  function inBlocks(rule: LinearRule & Descent): Contest {
    return {
      name: `step-${rule.kind}-sparse${nonZeros}of${sparseSize}-blocks${blockRows}`,
      unit: 'µs/example',
      target: 2,
      pair: ['simd', 'reference'],
      tolerance: 1e-5,
      contenders: ourContenders(engines, 'stepLinear', (engine, allocate) => {
        const params = zeroLinear(sparseSize, allocate);
        return {
          examplesPerStep: blockRows,
          ...calls(params, stream, blockRows, (batch) => engine.stepLinear(params, batch, rule)),
        };
      }),
    };
  }
}

type Work = Pick<Contender, 'prepare' | 'steps' | 'result'>;

/** One engine call per batch of `rows`. */
function calls(params: LinearParams, stream: SparseBatch, rows: number, step: (batch: SparseBatch) => Promise<unknown>): Work {
  const batches = inTurn(stream, rows);
  return {
    prepare: batches.prepare,
    async steps() {
      for (const batch of batches.prepared()) await step(batch);
    },
    result: () => params.weights,
  };
}

/** One example after the other without an engine. */
function loop(stream: SparseBatch, rule: LinearRule): Work {
  const params = zeroLinear(sparseSize, (...lengths) => lengths.map((length) => new Float32Array(length)));
  const batches = inTurn(stream, 1);
  return {
    prepare: batches.prepare,
    steps() {
      for (const batch of batches.prepared()) stepLinear(params, batch, rule);
    },
    result: () => params.weights,
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
