import type { EmbeddingBatch, EmbeddingRule } from '../../core/learners/kernel-types.js';
import { parts } from './embeddings-shaders.js';
import { createTaskList, createWaves, type Tasks } from './waves.js';

/** Which rows learn in which wave, and on which lines. */
export interface Schedule {
  /** Rows of the batch. */
  readonly firstRow: number;
  readonly rows: number;
  /** Line → user, or users + item. */
  readonly members: Uint32Array;
  /** [members], how many learning rows touch each */
  readonly touches: Uint32Array;
  /** [rows · 3]: lines of user, item, rival (0 where there is none) */
  readonly lines: Uint32Array;
  /** [rows] */
  readonly order: Tasks;
  readonly tasks: Tasks;
  /** In which of the two textures the last value of a line lies. */
  placeOf(line: number): 0 | 1;
}

/** Of one schedule: its lists are then of a few MB. */
const MOST_ROWS = 2 ** 16;

/**
 * @param users     in all; items are numbered after them
 * @param firstRow  of the batch
 * @param most      lines
 * @returns         as many rows from the first on as fit
 */
export function schedule(batch: EmbeddingBatch, rule: EmbeddingRule, users: number, firstRow: number, most: number): Schedule {
  const isPair = rule.loss === 'bpr';
  const { rows, members, touches, lines } = gather(batch, isPair, users, firstRow, most);
  const waves = createWaves(members.length);
  const order = createTaskList(1);
  const tasks = createTaskList(4);
  for (let row = 0; row < rows; row++) {
    const own = lines.subarray(row * 3, row * 3 + (isPair ? 3 : 2));
    const isStep = batch.sampleWeights[firstRow + row] !== 0;
    const wave = waves.take(own, isStep, (before, line) => tasks.add(before, line, parts.copy, row, 0));
    order.add(wave, row);
    if (isStep) for (const [part, line] of own.entries()) tasks.add(wave, line, part, row, 0); // parts count as lines do
  }
  return { firstRow, rows, members, touches, lines, order: order.done(), tasks: tasks.done(), placeOf: waves.placeOf };
}

/** Users and items of the rows, in order of their first appearance. */
function gather(
  batch: EmbeddingBatch,
  isPair: boolean,
  users: number,
  firstRow: number,
  most: number,
): Pick<Schedule, 'rows' | 'members' | 'touches' | 'lines'> {
  const lineOf = new Map<number, number>();
  const members: number[] = [];
  const touches: number[] = [];
  const lines: number[] = [];
  let rows = 0;
  for (let at = firstRow; at < batch.rows; at++) {
    const own = [batch.users[at]!, users + batch.items[at]!];
    if (isPair) own.push(users + batch.rivals![at]!);
    const fresh = own.filter((member) => !lineOf.has(member)).length;
    if (rows === MOST_ROWS || (rows > 0 && members.length + fresh > most)) break;
    for (const member of own) {
      if (!lineOf.has(member)) {
        lineOf.set(member, members.push(member) - 1);
        touches.push(0);
      }
      const line = lineOf.get(member)!;
      lines.push(line);
      if (batch.sampleWeights[at] !== 0) touches[line]!++;
    }
    if (!isPair) lines.push(0);
    rows++;
  }
  return { rows, members: Uint32Array.from(members), touches: Uint32Array.from(touches), lines: Uint32Array.from(lines) };
}
