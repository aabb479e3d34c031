import { SdkError } from '../errors.js';

/**
 * Prefix sums by noising the complete dyadic nodes of a binary tree (Dwork et al. 2010; Chan, Shi, Song 2011; for learning
 * Kairouz et al. 2021, Practical and private (deep) learning without sampling or shuffling). A user who takes part in several
 * steps changes a node by the number of those steps below it: the squared L2 sensitivity is the sum over nodes of that number
 * squared, for the worst allowed pattern. Streams may be adaptive; no amplification is claimed.
 */

/** Levels of complete nodes over `steps` leaves: the nodes one participation touches at most. */
export function treeHeight(steps: number): number {
  expectWhole('steps', steps);
  return Math.floor(Math.log2(steps)) + 1;
}

/** Squared sensitivity where every epoch grows a new tree and a user takes part once in each. */
export function restartedTreeSensitivity(stepsPerTree: number, epochs: number): number {
  expectWhole('epochs', epochs);
  return treeHeight(stepsPerTree) * epochs;
}

/** What a run of leaves can hold: [count][free leaves before the first][free leaves after the last] → sum of squares, −1 for impossible. */
interface Patterns {
  readonly leaves: number;
  readonly best: readonly (readonly Float64Array[])[];
}

const LARGEST_WORK = 4e9;

/**
 * Exact squared sensitivity of one tree over all steps: at most `maxParticipations`, any two of them at least
 * `minSeparation` step indices apart. Dynamic programming over the levels: what matters of a node is how many participations it
 * holds and how many leaves are free at either end, up to `minSeparation − 1`.
 *
 * @throws SdkError `invalid-options`, also where maxParticipations² · minSeparation³ is too much to compute
 */
export function treeSensitivity(steps: number, maxParticipations: number, minSeparation: number): number {
  expectWhole('steps', steps);
  expectWhole('maxParticipations', maxParticipations);
  expectWhole('minSeparation', minSeparation);
  const fitting = Math.min(maxParticipations, Math.ceil(steps / minSeparation));
  const cap = Math.min(minSeparation, steps) - 1;
  if (fitting ** 2 * (cap + 1) ** 3 > LARGEST_WORK)
    throw new SdkError(
      'invalid-options',
      `${fitting} participations ${minSeparation} steps apart are too many to search exactly; restart the tree more often`,
    );
  let node = leaf(fitting, cap);
  let run: Patterns | null = null;
  for (let rest = steps; ; rest = Math.floor(rest / 2)) {
    // The complete nodes that make up the steps, smallest last in time: those nearer the front are larger.
    if (rest % 2 === 1) run = run === null ? node : joined(node, run, fitting, cap, minSeparation);
    if (rest <= 1) break;
    node = withOwnNode(joined(node, node, fitting, cap, minSeparation));
  }
  return Math.max(...run!.best.flatMap((byFirst) => byFirst.map((byLast) => byLast.reduce((most, value) => Math.max(most, value), 0))));
}

function empty(fitting: number, cap: number): Float64Array[][] {
  return Array.from({ length: fitting + 1 }, () => Array.from({ length: cap + 1 }, () => new Float64Array(cap + 1).fill(-1)));
}

function leaf(fitting: number, cap: number): Patterns {
  const best = empty(fitting, cap);
  best[0]![Math.min(1, cap)]![Math.min(1, cap)] = 0;
  best[1]![0]![0] = 1;
  return { leaves: 1, best };
}

/** Counts the node over the whole run itself. */
function withOwnNode({ leaves, best }: Patterns): Patterns {
  return {
    leaves,
    best: best.map((byFirst, count) => byFirst.map((byLast) => byLast.map((value) => (value < 0 ? value : value + count * count)))),
  };
}

function joined(left: Patterns, right: Patterns, fitting: number, cap: number, separation: number): Patterns {
  const leaves = left.leaves + right.leaves;
  const best = empty(fitting, cap);
  const put = (count: number, first: number, last: number, value: number): void => {
    const row = best[count]![Math.min(first, cap)]!;
    const at = Math.min(last, cap);
    if (value > row[at]!) row[at] = value;
  };
  put(0, leaves, leaves, 0);
  for (let count = 1; count <= fitting; count++) {
    for (let first = 0; first <= cap; first++) {
      for (let last = 0; last <= cap; last++) {
        const alone = left.best[count]![first]![last]!;
        if (alone >= 0) put(count, first, last + right.leaves, alone);
        const other = right.best[count]![first]![last]!;
        if (other >= 0) put(count, first + left.leaves, last, other);
      }
    }
  }
  // For the right side: the best with at least so many free leaves in front.
  const freeInFront = right.best.map((byFirst) => suffixMaximum(byFirst, cap));
  for (let ofLeft = 1; ofLeft < fitting; ofLeft++) {
    for (let ofRight = 1; ofLeft + ofRight <= fitting; ofRight++) {
      for (let first = 0; first <= cap; first++) {
        for (let gap = 0; gap <= cap; gap++) {
          const value = left.best[ofLeft]![first]![gap]!;
          if (value < 0) continue;
          const needed = Math.max(0, separation - 1 - gap);
          if (needed > cap) continue;
          const ends = freeInFront[ofRight]![needed]!;
          for (let last = 0; last <= cap; last++) if (ends[last]! >= 0) put(ofLeft + ofRight, first, last, value + ends[last]!);
        }
      }
    }
  }
  return { leaves, best };
}

function suffixMaximum(byFirst: readonly Float64Array[], cap: number): readonly Float64Array[] {
  const most = byFirst.map((row) => row.slice());
  for (let first = cap - 1; first >= 0; first--)
    for (let last = 0; last <= cap; last++) most[first]![last] = Math.max(most[first]![last]!, most[first + 1]![last]!);
  return most;
}

function expectWhole(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new SdkError('invalid-options', `${name} must be a whole number from 1, got ${value}`);
}
