/**
 * What core knows of a policy. `wire/policy.ts` has the schema; its `Policy` satisfies these shapes, so pure rules
 * (floor, claim, predictor, ledger) need nothing of the wire.
 */

export interface VoteTerms {
  readonly kind: 'vote';
  /** w */
  readonly subsetSize: number;
  /** p = keepNumerator / keepDenominator: probability of a subset that holds the own cell. */
  readonly keepNumerator: number;
  readonly keepDenominator: number;
}

export interface GaussianTerms {
  readonly kind: 'gaussian';
  readonly dim: number;
  /** L2, in the unit of the vector. */
  readonly clipNorm: number;
  /** Grid units per unit of the vector. */
  readonly scale: number;
  /** B, L2 of the rounded vector, grid units. */
  readonly bound: number;
  /** Noise std = bound · sigmaNumerator / sigmaDenominator, grid units. */
  readonly sigmaNumerator: number;
  readonly sigmaDenominator: number;
  readonly bits: 16 | 24 | 32;
}

export interface TasteCell {
  readonly name: string;
  /** Share of the catalogue, 0 … 1. */
  readonly share: number;
}

export type BlockTerms =
  | { readonly kind: 'taste'; readonly cells: readonly TasteCell[] }
  | { readonly kind: 'vector'; readonly names: readonly string[] };

/** When and how often one origin may release. */
export interface ReleaseTerms {
  readonly separationDays: number;
  readonly windowDays: number;
  readonly releasesPerWindow: number;
}

export interface RoundPolicy extends ReleaseTerms {
  readonly block: BlockTerms;
  readonly mechanism: VoteTerms | GaussianTerms;
  readonly minimumBatch: number;
  /** m: expected norm of the mean ÷ bound, in (0, 1]. */
  readonly expectedSignal: number;
  readonly roundSeconds: number;
  readonly dpDelta: number;
}
