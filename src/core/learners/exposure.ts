/** Impressions of lists: row r was shown at a position (0-based, from the top) and clicked or not. */
export interface Impressions {
  /** [rows], below `positions` of `learnExamination` */
  readonly positions: ArrayLike<number>;
  /** [rows], any whole number from 0: which item */
  readonly items: ArrayLike<number>;
  /** [rows], 0 or 1 */
  readonly clicks: ArrayLike<number>;
}

/** Keeps chances off 0 and 1, from where the steps below could never return. */
const EDGE = 1e-6;

const inside = (chance: number): number => Math.min(1 - EDGE, Math.max(EDGE, chance));

/**
 * How many of those who saw a list looked at each of its positions, from clicks alone. A click needs a look and a liking
 * (position-based model: P(click) = examination(position) · relevance(item)); expectation maximisation separates the two as long
 * as items change places.
 *
 * @param shape    positions: length of the longest list; items: above every item number
 * @param rounds   of expectation maximisation, each costs one pass; 50 are plenty where items move often
 * @returns        examination [positions] in (0, 1], the most looked at position 1 (only ratios can be known), and relevance [items]
 * @see Wang et al. 2018, Position bias estimation for unbiased learning to rank in personal search, section 4
 */
export function learnExamination(
  { positions, items, clicks }: Impressions,
  shape: { readonly positions: number; readonly items: number },
  rounds: number,
): { readonly examination: Float64Array; readonly relevance: Float64Array } {
  const examination = new Float64Array(shape.positions).fill(0.5);
  const relevance = new Float64Array(shape.items).fill(0.5);
  for (let round = 0; round < rounds; round++) {
    const looks = new Float64Array(shape.positions);
    const shown = new Float64Array(shape.positions);
    const likes = new Float64Array(shape.items);
    const offered = new Float64Array(shape.items);
    for (let row = 0; row < clicks.length; row++) {
      const position = positions[row]!;
      const item = items[row]!;
      const clicked = clicks[row] === 1;
      shown[position]! += 1;
      offered[item]! += 1;
      looks[position]! += clicked ? 1 : lookedAnyway(examination[position]!, relevance[item]!);
      likes[item]! += clicked ? 1 : lookedAnyway(relevance[item]!, examination[position]!);
    }
    for (let at = 0; at < shape.positions; at++) if (shown[at]! > 0) examination[at] = inside(looks[at]! / shown[at]!);
    for (let at = 0; at < shape.items; at++) if (offered[at]! > 0) relevance[at] = inside(likes[at]! / offered[at]!);
  }
  const highest = examination.reduce((most, chance) => Math.max(most, chance), EDGE);
  return {
    examination: examination.map((chance) => chance / highest),
    relevance: relevance.map((chance) => Math.min(1, chance * highest)),
  };
}

/** P(one cause held | no click), of two independent causes of which at least one failed. */
function lookedAnyway(cause: number, other: number): number {
  return (cause * (1 - other)) / (1 - cause * other);
}

/**
 * What an impression weighs as an example. Whoever clicked has looked: 1. What was passed over counts as a no only as far as it
 * was looked at: θ(1−γ) / (1−θγ), so an item far down that nobody clicked says next to nothing. Unlike inverse propensities
 * the weights stay between 0 and 1 and need no clipping.
 *
 * @param examination  θ in [0, 1] of the impression's position
 * @param relevance    γ in [0, 1]: what the model says now of a click, had the item been looked at
 */
export function exposureWeight(clicked: boolean, examination: number, relevance: number): number {
  return clicked ? 1 : lookedAnyway(inside(examination), inside(relevance));
}
