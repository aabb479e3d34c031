import { SdkError } from '../errors.js';

/** The taste policies that ship: what `serve`, `simulate` and the demo start from. */

export interface TastePolicyOptions {
  readonly site: string;
  /** Category groups with their share of the catalogue; see `tasteCells` in `cells.ts`. */
  readonly cells: readonly { readonly name: string; readonly share: number }[];
  /** HPKE recipient key, raw X25519 in base64url. */
  readonly publicKey: string;
  /** `default`: w = 1, p = 54/85 (ε = ln 54 at 32 cells). `low-epsilon`: w = 4, p = 1/2 (ε = ln 7 at 32 cells). */
  readonly variant?: 'default' | 'low-epsilon';
  readonly taskId?: string;
  readonly minimumBatch?: number;
  /**
   * Norm of the mean histogram ÷ bound; default 0.25: `homebody simulate` measures 0.26 over 32 cells (a device’s own
   * delta has 0.53, but a mean of many people is flatter than any of them).
   */
  readonly expectedSignal?: number;
  readonly separationDays?: number;
  readonly windowDays?: number;
  readonly releasesPerWindow?: number;
  readonly roundSeconds?: number;
  readonly weight?: number;
  readonly codeVersion?: string;
}

/** A policy document as `wire/policy.ts` has it, for a taste block in mode `local`. */
export interface TastePolicy {
  protocol: 1;
  taskId: string;
  site: string;
  mode: 'local';
  block: { kind: 'taste'; cells: { name: string; share: number }[] };
  mechanism: { kind: 'vote'; subsetSize: number; keepNumerator: number; keepDenominator: number };
  minimumBatch: number;
  expectedSignal: number;
  separationDays: number;
  windowDays: number;
  releasesPerWindow: number;
  roundSeconds: number;
  dpDelta: number;
  weight: number;
  publicKey: string;
  codeVersion: string;
}

const variants = {
  default: { mechanism: { kind: 'vote', subsetSize: 1, keepNumerator: 54, keepDenominator: 85 }, minimumBatch: 500 },
  'low-epsilon': { mechanism: { kind: 'vote', subsetSize: 4, keepNumerator: 1, keepDenominator: 2 }, minimumBatch: 5_000 },
} as const;

/**
 * @returns new policy: one release per 30 days, at most 4 in 365, cohort 500 (`low-epsilon`: 5,000)
 * @throws SdkError `invalid-options` where the cells cannot be voted on
 */
export function defaultTastePolicy(options: TastePolicyOptions): TastePolicy {
  const { site, cells, publicKey, variant = 'default' } = options;
  const { mechanism, minimumBatch } = variants[variant];
  if (cells.length <= mechanism.subsetSize) {
    throw new SdkError(
      'invalid-options',
      `a vote for ${mechanism.subsetSize} of ${cells.length} cells says nothing; give at least ${mechanism.subsetSize + 1}`,
    );
  }
  if (new Set(cells.map((cell) => cell.name)).size !== cells.length) {
    throw new SdkError('invalid-options', 'cell names must be distinct');
  }
  return {
    protocol: 1,
    taskId: options.taskId ?? 'taste',
    site,
    mode: 'local',
    block: { kind: 'taste', cells: cells.map(({ name, share }) => ({ name, share })) },
    mechanism: { ...mechanism },
    minimumBatch: options.minimumBatch ?? minimumBatch,
    expectedSignal: options.expectedSignal ?? 0.25,
    separationDays: options.separationDays ?? 30,
    windowDays: options.windowDays ?? 365,
    releasesPerWindow: options.releasesPerWindow ?? 4,
    roundSeconds: options.roundSeconds ?? 2_592_000,
    dpDelta: 0,
    weight: options.weight ?? 1,
    publicKey,
    codeVersion: options.codeVersion ?? '1',
  };
}
