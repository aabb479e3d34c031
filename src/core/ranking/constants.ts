/**
 * The constants of the scoring equation, chosen together with `learners/rules.ts`: three clicks of one kind change at
 * least 8 of a shelf's first 12 and let that kind lead its first 6 (three-clicks.test.ts), thirty mixed clicks still beat
 * the shop's order (rank.test.ts), and no number of clicks is worse than the crowd's taste alone (crowd.test.ts).
 */

/** λ: prior of the item at 0-based shop position i is −λ·log(1 + i). */
export const POSITION_LAMBDA = 0.05;

/** k: personal terms count n / (n + k) after n lessons. */
export const SHRINK_K = 3;

/** From so many lessons on the order is called the model's, before that the session's. */
export const MODEL_LESSONS = 10;
