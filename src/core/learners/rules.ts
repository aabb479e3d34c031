import type { FactorRule, LinearRule } from './kernel-types.js';

/**
 * Tuned together with `ranking/constants.ts` on simulated tastes. The large epsilon makes steps follow the size of the
 * gradient for a while: what three clicks share grows, what one of them had by chance does not, nor what many faint negatives
 * happen to share (a small epsilon would divide a facet of four soft noes by as little as they are loud).
 */
export const LINEAR_RULE: LinearRule = { kind: 'adagrad', learningRate: 1.2, l2: 0, epsilon: 1 };

export const FACTOR_RULE: FactorRule = { minCurvature: 0.05 };

/** The user vector's prior precision: its inverse curvature starts at I / FACTOR_RIDGE. */
export const FACTOR_RIDGE = 2;

/** Dimensions of the user vector, and of item vectors that fit it. */
export const FACTOR_DIM = 16;
