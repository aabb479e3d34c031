import type { EmbeddingBatch, EmbeddingParams, EmbeddingRule } from '../../core/learners/kernel-types.js';
import type { Device } from './device.js';
import { checkEmbeddings } from './embeddings-check.js';
import { createOverlay, type Line, type Overlay } from './embeddings-lines.js';
import { schedule, type Schedule } from './embeddings-schedule.js';
import { embeddingShaders, embeddingUnits, losses } from './embeddings-shaders.js';
import { createPasses, type Passes } from './passes.js';
import { partOfList, readParts } from './readback.js';
import { refuse } from './refuse.js';
import { runWaves } from './run-waves.js';
import { createScratch } from './scratch.js';

/** Users and items on the GPU: only those that a call touches, side by side, from its first row to its last. */
export interface EmbeddingKernel {
  /** Whether vectors fit the textures and the rows can be taken apart. */
  fits(params: EmbeddingParams, batch: EmbeddingBatch, rule: EmbeddingRule): boolean;
  /**
   * @returns  the scores, and how to put what was learned and verified into the parameters
   * @throws SdkError `engine-lost`, `engine-refused`
   */
  step(params: EmbeddingParams, batch: EmbeddingBatch, rule: EmbeddingRule): Promise<{ readonly scores: Float32Array; commit(): void }>;
  dispose(): void;
}

const TEXELS_PER_WAIT = 2 ** 18;
const DEADLINE_MS = 20_000;

export function createEmbeddingKernel(device: Device): EmbeddingKernel {
  let compiled: Passes<keyof typeof embeddingShaders, (typeof embeddingUnits)[number]> | null = null;
  let probe = 0;

  /** The plan's rows on top of the overlay. */
  const learn = async (
    plan: Schedule,
    overlay: Overlay,
    batch: EmbeddingBatch,
    rule: EmbeddingRule,
    dim: number,
  ): Promise<Float32Array> => {
    const passes = (compiled ??= createPasses(device, embeddingUnits, embeddingShaders));
    probe = (probe % 65_535) + 1; // a result of an earlier call must not pass for this one's
    const scratch = createScratch(device);
    try {
      const span = spanOf(dim);
      const height = plan.members.length;
      const before = Array.from(plan.members, (member) => overlay.read(member));
      const values = packLines(
        before.map((line) => line.values),
        span,
        probe + 0.5,
      );
      const accumulators = packLines(
        before.map((line) => line.accumulators),
        span,
        0,
      );
      const lists = {
        rows: scratch.list('RGBA32F', 2 * plan.rows, packRows(plan, batch)),
        order: scratch.list('R32F', plan.rows, plan.order.numbers),
        tasks: scratch.list('RGBA32F', plan.tasks.numbers.length / 4, plan.tasks.numbers),
        scores: scratch.list('RGBA32F', plan.rows, null),
      };
      const toScores = scratch.target([lists.scores.texture]);
      const pairs = [0, 1].map(() => ({
        values: scratch.grid('RGBA32F', span, height, values).texture,
        accumulators: scratch.grid('RGBA32F', span, height, accumulators).texture,
      }));
      const targets = pairs.map((pair) => scratch.target([pair.values, pair.accumulators]));
      passes.set('listShift', 'int', Math.log2(device.maxEdge));
      passes.set('span', 'int', span);
      passes.set('loss', 'int', losses[rule.loss]);
      for (const name of ['learningRate', 'l2', 'biasL2', 'epsilon'] as const) passes.set(name, 'float', rule[name]);
      passes.set('probe', 'float', probe);

      await runWaves(device, {
        order: plan.order,
        tasks: plan.tasks,
        tasksPerWait: TEXELS_PER_WAIT / span,
        deadlineMs: DEADLINE_MS,
        begin() {
          passes.begin();
          for (const name of ['rows', 'order', 'tasks', 'scores'] as const) passes.bind(name, lists[name].texture);
        },
        draw(wave, some, tasks) {
          const from = pairs[1 - (wave & 1)]!;
          passes.bind('values', from.values);
          passes.bind('accumulators', from.accumulators);
          passes.draw('score', toScores, some.first, some.count);
          if (tasks.count > 0) passes.draw('learn', targets[wave & 1]!, 6 * tasks.first, 6 * tasks.count);
        },
        end: () => passes.end(),
      });
      const [scored, ...read] = await readParts(
        device,
        [
          partOfList(toScores, lists.scores, plan.rows),
          ...targets.flatMap((framebuffer) => [0, 1].map((attachment) => ({ framebuffer, attachment, width: span, height }))),
        ],
        DEADLINE_MS,
      );
      const after = takeLines(plan, read, span, dim, probe);
      const scores = takeScores(plan, scored!, probe);
      checkEmbeddings(plan, batch, rule, before, after, scores);
      for (const [line, member] of plan.members.entries()) overlay.write(member, after[line]!);
      return scores;
    } finally {
      scratch.dispose();
    }
  };

  return {
    fits: ({ dim }, batch, rule) =>
      spanOf(dim) <= device.maxEdge && (rule.loss !== 'bpr' || batch.rivals?.every((rival, row) => rival !== batch.items[row]) === true),
    async step(params, batch, rule) {
      const overlay = createOverlay(params);
      const scores = new Float32Array(batch.rows);
      for (let first = 0; first < batch.rows;) {
        const plan = schedule(batch, rule, params.userBiases.length, first, device.maxEdge);
        scores.set(await learn(plan, overlay, batch, rule, params.dim), first);
        first += plan.rows;
      }
      return { scores, commit: () => overlay.commit() };
    },
    dispose: () => compiled?.dispose(),
  };
}

const spanOf = (dim: number): number => Math.ceil(dim / 4) + 1;

/** @returns [lines · span · 4]: quads of the vector, then (bias, 0, 0, mark) */
function packLines(lines: readonly Float32Array[], span: number, mark: number): Float32Array {
  const texels = new Float32Array(lines.length * span * 4);
  for (const [line, numbers] of lines.entries()) {
    const dim = numbers.length - 1;
    texels.set(numbers.subarray(0, dim), line * span * 4);
    texels[((line + 1) * span - 1) * 4] = numbers[dim]!;
    texels[((line + 1) * span - 1) * 4 + 3] = mark;
  }
  return texels;
}

function packRows({ firstRow, rows, lines }: Schedule, batch: EmbeddingBatch): Float32Array {
  const texels = new Float32Array(rows * 8);
  for (let row = 0; row < rows; row++) {
    const from = firstRow + row;
    texels.set(lines.subarray(3 * row, 3 * row + 3), 8 * row);
    texels.set([batch.labels[from]!, batch.margins[from]!, batch.sampleWeights[from]!], 8 * row + 3);
  }
  return texels;
}

/** @param read  values and accumulators of one texture, then of the other */
function takeLines(plan: Schedule, read: readonly Float32Array[], span: number, dim: number, probe: number): readonly Line[] {
  return Array.from(plan.members, (_member, line) => {
    const [values, accumulators] = read.slice(2 * plan.placeOf(line)) as [Float32Array, Float32Array];
    const start = line * span * 4;
    const last = start + (span - 1) * 4;
    const mark = plan.touches[line]! > 0 ? probe : probe + 0.5;
    if (values[last + 3] !== mark) refuse(`line ${line} carries probe ${values[last + 3]}, expected ${mark}`);
    const take = (texels: Float32Array): Float32Array => {
      const numbers = texels.slice(start, start + dim + 1);
      numbers[dim] = texels[last]!;
      return numbers;
    };
    return { values: take(values), accumulators: take(accumulators) };
  });
}

function takeScores(plan: Schedule, texels: Float32Array, probe: number): Float32Array {
  return Float32Array.from({ length: plan.rows }, (_, row) => {
    if (texels[4 * row + 3] !== probe) refuse(`score ${row} carries probe ${texels[4 * row + 3]}, expected ${probe}`);
    return texels[4 * row]!;
  });
}
