import { SdkError } from '../errors.js';
import { normalQuantile } from './normal-quantile.js';

/** Does it help? What the personalised arm converts above the held-out arm, how sure that is, and how many visitors it takes. */

export interface ArmCount {
  /** Devices in the arm, a whole number ≥ 1. */
  readonly visitors: number;
  /** How many of them converted at least once: one device, one vote. */
  readonly conversions: number;
}

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface Lift {
  /** Rate of the personalised arm minus rate of the held-out arm, in [−1, 1]; 0.01 is one point. */
  readonly difference: Interval;
  /** Rate of the personalised arm divided by the other minus 1, in [−1, ∞]; 0.1 is ten percent more. NaN where neither arm converted. */
  readonly relative: Interval;
  /** Does the interval of the difference leave out zero? */
  readonly isDecided: boolean;
}

/**
 * Lift with intervals that hold for small counts and rates near 0, where the textbook's ±1.96·se does not.
 *
 * Difference: Newcombe's hybrid score interval. Ratio: MOVER-R on the same Wilson limits.
 * Look once, when the planned number of visitors is there: looking daily and stopping at the first decided answer is wrong far more often
 * than 1 − `confidence`. Errors: `invalid-options`.
 *
 * @param confidence  two-sided, in (0, 1)
 * @see Newcombe 1998, Interval estimation for the difference between independent proportions, Statistics in Medicine 17, method 10
 * @see Donner and Zou 2012, Closed-form confidence intervals for functions of the normal mean and standard deviation, section 2.3 (MOVER-R)
 */
export function liftOf(personalised: ArmCount, heldOut: ArmCount, confidence = 0.95): Lift {
  const z = normalQuantile((1 + shareOf('confidence', confidence)) / 2);
  const a = wilson(personalised, z);
  const b = wilson(heldOut, z);
  const difference = {
    estimate: a.estimate - b.estimate,
    low: a.estimate - b.estimate - Math.hypot(a.estimate - a.low, b.high - b.estimate),
    high: a.estimate - b.estimate + Math.hypot(a.high - a.estimate, b.estimate - b.low),
  };
  return {
    difference,
    relative: {
      estimate: a.estimate / b.estimate - 1,
      low: ratioLimit(a.estimate, b.estimate, a.low, b.high, -1) - 1,
      high: ratioLimit(a.estimate, b.estimate, a.high, b.low, 1) - 1,
    },
    isDecided: difference.low > 0 || difference.high < 0,
  };
}

/** @see Wilson 1927, Probable inference, the law of succession, and statistical inference */
function wilson({ visitors, conversions }: ArmCount, z: number): Interval {
  if (!Number.isInteger(visitors) || !Number.isInteger(conversions) || conversions < 0 || conversions > visitors || visitors < 1) {
    throw new SdkError(
      'invalid-options',
      `an arm needs whole numbers, visitors ≥ 1 and 0 ≤ conversions ≤ visitors, got ${conversions} of ${visitors}`,
    );
  }
  const estimate = conversions / visitors;
  const middle = conversions + (z * z) / 2;
  const half = z * Math.sqrt((z * z) / 4 + conversions * (1 - estimate));
  const scale = visitors + z * z;
  // At the ends the limit is the estimate itself; rounding must not leave it 1e-18 outside.
  return {
    estimate,
    low: conversions === 0 ? 0 : (middle - half) / scale,
    high: conversions === visitors ? 1 : (middle + half) / scale,
  };
}

/** One limit of a/b from the estimates and the limits that lie towards it: side −1 takes (a low, b high), side 1 takes (a high, b low). */
function ratioLimit(a: number, b: number, aLimit: number, bLimit: number, side: -1 | 1): number {
  if (a === 0 && b === 0) return Number.NaN;
  const below = bLimit * (2 * b - bLimit);
  if (side === 1 && below <= 0) return Infinity; // the held-out rate may be 0
  const inside = (a * b) ** 2 - aLimit * (2 * a - aLimit) * below;
  if (below === 0) return (aLimit * (2 * a - aLimit)) / (2 * a * b); // the limit of the root as its leading term goes
  return Math.max(0, (a * b + side * Math.sqrt(Math.max(0, inside))) / below);
}

export interface LiftPlan {
  /** Conversion rate without personalisation, in (0, 1). */
  readonly heldOutRate: number;
  /** The smallest relative lift worth finding, > 0; 0.05 is five percent more. */
  readonly relativeLift: number;
  /** Share of the visitors that is held out, in (0, 1). */
  readonly heldOutShare: number;
  /** Two-sided. Default 0.95. */
  readonly confidence?: number;
  /** Chance to find that lift where it is there. Default 0.8. */
  readonly power?: number;
}

export interface VisitorsNeeded {
  readonly heldOut: number;
  readonly personalised: number;
  readonly total: number;
}

/**
 * How many visitors (devices with consent) an answer takes, each arm rounded up. Equal arms need the fewest; 10 % held out needs about
 * 2.8 times as many. Errors: `invalid-options`.
 * @see Fleiss, Tytun and Ury 1980, A simple approximation for calculating sample sizes for comparing independent proportions (without
 *      continuity correction)
 */
export function visitorsNeeded({ heldOutRate, relativeLift, heldOutShare, confidence = 0.95, power = 0.8 }: LiftPlan): VisitorsNeeded {
  const q = shareOf('heldOutShare', heldOutShare);
  const p = shareOf('heldOutRate', heldOutRate);
  if (!(relativeLift > 0)) throw new SdkError('invalid-options', `relativeLift must be > 0, got ${relativeLift}`);
  const lifted = shareOf('heldOutRate · (1 + relativeLift)', p * (1 + relativeLift));
  const mean = q * p + (1 - q) * lifted;
  const root =
    normalQuantile((1 + shareOf('confidence', confidence)) / 2) * Math.sqrt((mean * (1 - mean)) / (q * (1 - q))) +
    normalQuantile(shareOf('power', power)) * Math.sqrt((p * (1 - p)) / q + (lifted * (1 - lifted)) / (1 - q));
  const total = (root / (lifted - p)) ** 2;
  const heldOut = Math.ceil(q * total);
  const personalised = Math.ceil((1 - q) * total);
  return { heldOut, personalised, total: heldOut + personalised };
}

function shareOf(name: string, value: number): number {
  if (!(value > 0 && value < 1)) throw new SdkError('invalid-options', `${name} must be between 0 and 1, got ${value}`);
  return value;
}
