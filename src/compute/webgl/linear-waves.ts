import type { Device } from './device.js';
import type { LinearPath } from './linear-chunks.js';
import { packWaves } from './linear-wave-pack.js';
import { waveShaders, waveUnits } from './linear-wave-shaders.js';
import { createPasses } from './passes.js';
import { partOfList, readParts } from './readback.js';
import { runWaves } from './run-waves.js';
import { createScratch } from './scratch.js';

const TASKS_PER_WAIT = 2 ** 17;
const DEADLINE_MS = 10_000;

/** Short rows: two draws for all rows that have no index in common. */
export function createLinearWaves(device: Device): LinearPath {
  const passes = createPasses(device, waveUnits, waveShaders);
  return {
    async learn({ weights, accumulators }, params, batch, rule, { touched }, probe) {
      const pack = packWaves(batch, params.weights.length);
      const memberCount = pack.members.length;
      const scratch = createScratch(device);
      try {
        const lists = {
          members: scratch.list('R32F', memberCount, Float32Array.from(pack.members)),
          entries: scratch.list('RG32F', pack.entries.length / 2, pack.entries),
          rows: scratch.list('RGBA32F', pack.rowTexels.length / 4, pack.rowTexels),
          order: scratch.list('R32F', batch.rows, pack.order.numbers),
          scores: scratch.list('RGBA32F', batch.rows, null),
          tasks: scratch.list('RGBA32F', pack.tasks.numbers.length / 4, pack.tasks.numbers),
        };
        const states = [0, 1].map(() => scratch.list('RGBA32F', memberCount, null));
        const targets = states.map(({ texture }) => scratch.target([texture]));
        const toScores = scratch.target([lists.scores.texture]);
        passes.set('listShift', 'int', Math.log2(device.maxEdge));
        passes.set('paramsShift', 'int', Math.log2(weights.width));
        passes.set('isPlain', 'int', rule.kind === 'sgd' ? 1 : 0);
        passes.set('probe', 'float', probe);
        for (const name of ['learningRate', 'l2', 'epsilon'] as const) passes.set(name, 'float', rule[name]);
        await runWaves(device, {
          order: pack.order,
          tasks: pack.tasks,
          tasksPerWait: TASKS_PER_WAIT,
          deadlineMs: DEADLINE_MS,
          begin() {
            passes.begin();
            for (const name of ['members', 'entries', 'rows', 'order', 'tasks', 'scores'] as const) passes.bind(name, lists[name].texture);
          },
          draw(wave, rows, tasks) {
            if (wave === 0) {
              passes.bind('weights', weights.texture);
              passes.bind('accumulators', accumulators.texture);
              for (const target of targets) passes.draw('gather', target, 0, memberCount);
            }
            passes.bind('state', states[1 - (wave & 1)]!.texture);
            passes.draw('score', toScores, rows.first, rows.count);
            if (tasks.count > 0) passes.draw('learn', targets[wave & 1]!, tasks.first, tasks.count);
          },
          end: () => passes.end(),
        });
        const [scored, ...read] = await readParts(
          device,
          [partOfList(toScores, lists.scores, batch.rows), ...targets.map((target, at) => partOfList(target, states[at]!, memberCount))],
          DEADLINE_MS,
        );

        const texels = new Float32Array((batch.rows + touched.length) * 4);
        texels.set(scored!.subarray(0, batch.rows * 4));
        for (const [at, index] of touched.entries()) {
          const [texture, place] = pack.find(index);
          texels.set(read[texture]!.subarray(place * 4, place * 4 + 4), (batch.rows + at) * 4);
        }
        return texels;
      } finally {
        scratch.dispose();
      }
    },
    dispose: () => passes.dispose(),
  };
}
