import { SdkError } from '../core/errors.js';
import type { Policy } from './policy.js';

/** What an operator says of a taste task; everything else is the house's default of one vote in 30 days, four in 365. */
export interface TasteOptions {
  readonly site: string;
  /** Cell name → weight (items, revenue, share: any positive unit). “other” is added where it lacks. */
  readonly cells: Readonly<Record<string, number>>;
  /** X25519 recipient key, base64url. */
  readonly publicKey: string;
  readonly taskId?: string;
  readonly roundSeconds?: number;
  readonly minimumBatch?: number;
  readonly separationDays?: number;
}

export const OTHER_CELL = 'other';

/**
 * The default `taste` policy: name one cell of J, the own one with probability 54 / (53 + J), so that ε = ln 54 at every J
 * (54/85 at J = 32). The same options give the same policy, hence the same hash, on every start.
 */
export function tastePolicy(options: TasteOptions): Policy {
  const cells = cellsOf(options.cells);
  const separationDays = options.separationDays ?? 30;
  return {
    protocol: 1,
    taskId: options.taskId ?? 'taste',
    site: options.site,
    mode: 'local',
    block: { kind: 'taste', cells },
    mechanism: { kind: 'vote', subsetSize: 1, keepNumerator: 54, keepDenominator: 53 + cells.length },
    minimumBatch: options.minimumBatch ?? 500,
    expectedSignal: 0.6,
    separationDays,
    windowDays: 365,
    releasesPerWindow: 4,
    roundSeconds: options.roundSeconds ?? 30 * 86_400,
    dpDelta: 0,
    weight: 1,
    publicKey: options.publicKey,
    codeVersion: '1',
  };
}

function cellsOf(weights: Readonly<Record<string, number>>): { name: string; share: number }[] {
  const named = Object.entries(weights);
  const total = named.reduce((sum, [, weight]) => sum + weight, 0);
  if (named.length === 0 || named.some(([, weight]) => !(weight > 0 && Number.isFinite(weight)))) {
    throw new SdkError('invalid-options', 'cells need at least one name, each with a weight above 0');
  }
  // An item of no listed category must have somewhere to go; a quarter of an even share keeps the logarithm of the prior tame.
  if (!named.some(([name]) => name === OTHER_CELL)) named.push([OTHER_CELL, total / (4 * (named.length + 1))]);
  const whole = named.reduce((sum, [, weight]) => sum + weight, 0);
  return named.map(([name, weight]) => ({ name, share: Math.round((1e6 * weight) / whole) / 1e6 }));
}
