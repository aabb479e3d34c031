import type { FactorRule, LinearRule } from './kernel-types.js';

/** Tuned together on simulated tastes (ranking/taste.test.ts): three clicks of one kind must show, thirty must not overfit. */
export const LINEAR_RULE: LinearRule = { kind: 'adagrad', learningRate: 0.5, l2: 0, epsilon: 0.1 };

export const FACTOR_RULE: FactorRule = { minCurvature: 0.05 };

/** The user vector's prior precision: its inverse curvature starts at I / FACTOR_RIDGE. */
export const FACTOR_RIDGE = 4;

/** Dimensions of the user vector, and of item vectors that fit it. */
export const FACTOR_DIM = 16;
