import type { EmbeddingBatch, EmbeddingRule } from '../../core/learners/kernel-types.js';
import { parts } from './embeddings-shaders.js';

/**
 * When each row learns. A row comes one draw after the last row before it that shares its user or an item, so the result is that
 * of the rows in order. Draw d reads one of two textures and writes the other, d mod 2; what a draw needs and was last written
 * where that draw cannot read it is copied by the draw before.
 */
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
  /** [tasks · 4], in the order of the draws */
  readonly tasks: Float32Array;
  /** [draws + 1], first task of each draw */
  readonly starts: readonly number[];
  /** [members], in which of the two textures the last value lies */
  readonly places: Uint8Array;
  /** [rows], in which of the two the score lies */
  readonly scorePlaces: Uint8Array;
}

/**
 * @param span      texels of a line, which are also the scores of a line
 * @param users     in all; items are numbered after them
 * @param firstRow  of the batch
 * @param most      lines, of members and scores
 * @returns         as many rows from the first on as fit
 */
export function schedule(
  batch: EmbeddingBatch,
  rule: EmbeddingRule,
  span: number,
  users: number,
  firstRow: number,
  most: number,
): Schedule {
  const isPair = rule.loss === 'bpr';
  const { rows, members, touches, lines } = gather(batch, isPair, span, users, firstRow, most);
  const draws: number[][] = [];
  const taskIn = (draw: number, ...task: [line: number, part: number, row: number, texel: number]): void => {
    while (draws.length <= draw) draws.push([]);
    draws[draw]!.push(...task);
  };
  const next = new Uint32Array(members.length); // the first draw that a member is free for
  const places = new Uint8Array(members.length).fill(3); // bit t: texture t holds the last value; at first both do
  const scorePlaces = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const own = lines.subarray(row * 3, row * 3 + (isPair ? 3 : 2));
    let draw = 0;
    for (const line of own) draw = Math.max(draw, next[line]!);
    const [from, to] = [2 - (draw & 1), 1 + (draw & 1)]; // bits of the texture read and of the one written
    for (const line of own) {
      next[line] = draw + 1;
      if ((places[line]! & from) !== 0) continue;
      taskIn(draw - 1, line, parts.copy, row, 0);
      places[line]! |= from;
    }
    scorePlaces[row] = draw & 1;
    taskIn(draw, members.length + Math.floor(row / span), parts.score, row, row % span);
    if (batch.sampleWeights[firstRow + row] === 0) continue;
    for (const [part, line] of own.entries()) {
      if (part === parts.user || part === parts.item || part === parts.rival) taskIn(draw, line, part, row, 0);
      places[line] = to;
    }
  }
  const starts = [0];
  for (const tasks of draws) starts.push(starts.at(-1)! + tasks.length / 4);
  const tasks = Float32Array.from(draws.flat());
  return { firstRow, rows, members, touches, lines, tasks, starts, places: places.map((bits) => (bits & 1 ? 0 : 1)), scorePlaces };
}

/** Users and items of the rows, in order of their first appearance. */
function gather(
  batch: EmbeddingBatch,
  isPair: boolean,
  span: number,
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
    if (rows > 0 && members.length + fresh + Math.ceil((rows + 1) / span) > most) break;
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
