import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { emptyEmbeddings, stepEmbeddings } from '../../src/core/learners/embeddings.js';
import type { EmbeddingParams, EmbeddingRule, ItemMatrix } from '../../src/core/learners/kernel-types.js';
import { quantiseItems, scoreTopKInt8 } from '../../src/core/learners/score-top-k-int8.js';
import { scoreTopK } from '../../src/core/learners/score-top-k.js';
import { seededRandom } from '../../src/core/random.js';
import type { BenchContext } from './bench.js';
import type { Figure } from './figure.js';

const dim = 64;
const k = 20;
const epochs = 10;
const blockRows = 1000;
const target = 0.95;
const rule: EmbeddingRule = { loss: 'bpr', learningRate: 0.05, l2: 0.01, biasL2: 0, epsilon: 1e-6 };

/** Who did something with which item, both counted from 0. */
interface Events {
  readonly name: string;
  readonly users: Uint32Array;
  readonly items: Uint32Array;
}

/**
 * How many of the best 20 stay among the best 20 when the items are kept in 8 bits, the mean over all users. The vectors are trained
 * here by the learner of the house: on MovieLens 100K where `$HOMEBODY_DATA` (default `../shared/data`) has it, else on generated events,
 * which the figure's name then says.
 */
export async function overlapFigures({ say }: BenchContext): Promise<readonly Figure[]> {
  const events = (await movieLens()) ?? generated();
  const params = train(events);
  const { items: vectors, itemBiases: bias, users } = params;
  const rows = bias.length;
  const share = overlap(users, { rows, dim, vectors, bias });
  say(
    `  ${events.name}: ${users.length / dim} users, ${rows} items; without item biases the overlap is ${overlap(users, { rows, dim, vectors })}`,
  );
  return [
    {
      name: `top${k}-int8-overlap-${events.name}`,
      value: share,
      unit: 'share',
      against: 'f32: 1 share',
      ratio: share,
      target,
      ok: share >= target,
      engine: 'reference',
    },
  ];
}

function overlap(users: Float32Array, items: ItemMatrix): number {
  const quantised = quantiseItems(items);
  let kept = 0;
  for (let at = 0; at < users.length; at += dim) {
    const query = users.subarray(at, at + dim);
    const exact = new Set(scoreTopK(query, items, k).rows);
    kept += scoreTopKInt8(query, quantised, k).rows.reduce((sum, row) => sum + (exact.has(row) ? 1 : 0), 0);
  }
  return Number((kept / ((users.length / dim) * k)).toPrecision(4));
}

/** BPR against items drawn at random, several times over all events in a new order. */
function train({ users, items }: Events): EmbeddingParams {
  const random = seededRandom(7);
  const itemCount = largest(items) + 1;
  const params = emptyEmbeddings({ users: largest(users) + 1, items: itemCount, dim, seed: 1 });
  const order = Uint32Array.from(users, (_, at) => at);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let at = order.length - 1; at > 0; at--) {
      const other = Math.floor(random.nextUnit() * (at + 1));
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    for (let from = 0; from < order.length; from += blockRows) {
      const chosen = order.subarray(from, from + blockRows);
      const block = chosen.length;
      stepEmbeddings(
        params,
        {
          rows: block,
          users: chosen.map((at) => users[at]!),
          items: chosen.map((at) => items[at]!),
          rivals: chosen.map((at) => (items[at]! + 1 + (random.nextUint32() % (itemCount - 1))) % itemCount),
          labels: new Float32Array(block).fill(1),
          sampleWeights: new Float32Array(block).fill(1),
          margins: new Float32Array(block),
        },
        rule,
      );
    }
  }
  return params;
}

const largest = (numbers: Uint32Array): number => numbers.reduce((most, each) => Math.max(most, each), 0);

/** `u.data.gz`: user, item, rating, seconds; ids from 1. Every rating is an event. */
async function movieLens(): Promise<Events | null> {
  const file = path.resolve(process.env['HOMEBODY_DATA'] ?? '../shared/data', 'ml-100k/u.data.gz');
  if (!existsSync(file)) return null;
  const lines = gunzipSync(await readFile(file))
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t').map(Number));
  return {
    name: 'ml-100k',
    users: Uint32Array.from(lines, ([user]) => user! - 1),
    items: Uint32Array.from(lines, ([, item]) => item! - 1),
  };
}

/** 500 users of eight tastes, 1,500 items of eight kinds; popular items come first within their kind. */
function generated(): Events {
  const random = seededRandom(11);
  const count = 50_000;
  const [users, items] = [new Uint32Array(count), new Uint32Array(count)];
  for (let at = 0; at < count; at++) {
    const user = random.nextUint32() % 500;
    const kind = random.nextUnit() < 0.7 ? user % 8 : random.nextUint32() % 8;
    users[at] = user;
    items[at] = kind + 8 * Math.floor(187 * random.nextUnit() ** 2);
  }
  return { name: 'generated', users, items };
}
