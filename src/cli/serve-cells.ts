import * as v from 'valibot';
import { OTHER_CELL } from '../core/federated/cells.js';
import { SdkError } from '../core/errors.js';

const weight = v.pipe(v.number(), v.finite(), v.minValue(0));
const cellsSchema = v.union([
  v.pipe(v.array(v.object({ name: v.pipe(v.string(), v.minLength(1)), share: weight })), v.minLength(1)),
  v.pipe(
    v.record(v.pipe(v.string(), v.minLength(1)), weight),
    v.check((weights) => Object.keys(weights).length > 0),
  ),
]);

/**
 * The cells an operator names, with shares that sum to 1 (six digits). “other” is added where it lacks, with a quarter of
 * an even share: an item of no listed category needs a cell, and a share of 0 has no logarithm.
 * @throws SdkError `invalid-options`
 */
export function parseCells(text: string): { name: string; share: number }[] {
  const parsed = v.safeParse(cellsSchema, parseJson(text));
  if (!parsed.success) {
    throw new SdkError(
      'invalid-options',
      'cells are JSON like [{"name": "walls", "share": 0.4}, …] or {"walls": 40, …} with weights of 0 or more',
    );
  }
  const named = Array.isArray(parsed.output) ? parsed.output : Object.entries(parsed.output).map(([name, share]) => ({ name, share }));
  const total = named.reduce((sum, cell) => sum + cell.share, 0);
  if (total === 0) throw new SdkError('invalid-options', 'all cells have weight 0');
  const cells = named.some((cell) => cell.name === OTHER_CELL)
    ? named
    : [...named, { name: OTHER_CELL, share: total / (4 * (named.length + 1)) }];
  const whole = cells.reduce((sum, cell) => sum + cell.share, 0);
  return cells.map(({ name, share }) => ({ name, share: Math.round((1e6 * share) / whole) / 1e6 }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new SdkError('invalid-options', `cells are not JSON: ${(thrown as Error).message}`, { cause: thrown });
  }
}
