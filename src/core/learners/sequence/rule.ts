/** What the sequence learner is told once. Defaults in `SEQUENCE_RULE`. */
export interface SequenceRule {
  /** A pair of items d steps apart is counted with 1/d, up to so many steps. At least 1. */
  readonly maxSteps: number;
  /** So many of the session's last items are asked for what follows them. At least 1. */
  readonly lastItems: number;
  /** A transition counts half after so many milliseconds; above 0, Infinity for never. */
  readonly transitionHalfLifeMs: number;
  /** The same for popularity, which moves faster. */
  readonly popularityHalfLifeMs: number;
  /** A neighbour session counts half after so many milliseconds of age. */
  readonly neighbourHalfLifeMs: number;
  /** Nearest sessions that vote. At least 1. */
  readonly neighbours: number;
  /** An item's latest sessions that are looked at. At least 1. */
  readonly sessionsPerItem: number;
  /** The session's item before the last one weighs so much of the last one in the similarity, and so on; 0 to 1. */
  readonly contextRatio: number;
  /** A neighbour's item one step further from the shared one votes so much of the nearer one; 0 to 1. */
  readonly stepRatio: number;
  /** What stands before the shared item votes so much of what stands after it; 0 to 1. */
  readonly beforeRatio: number;
  /** Items of the nearest ones through which a second step is taken; 0 for none. */
  readonly stepsVia: number;
  /** Caps on memory, each at least 1: rows of a transition table, entries of a row, sessions, items of a session, items with a popularity. */
  readonly maxRows: number;
  readonly maxEntriesPerRow: number;
  readonly maxSessions: number;
  readonly maxItemsPerSession: number;
  readonly maxItems: number;
  /** Most popular items that are candidates of every session. */
  readonly popularCandidates: number;
  /** Scores from elsewhere (content, factors) that the blend gets as columns of its own. */
  readonly extraColumns: number;
  /** AdaGrad's step of the blend weights; 0 keeps them. */
  readonly blendLearningRate: number;
  /** [10 + extraColumns] blend weights to begin with, in the order of `columns.ts`; missing ones are 0. */
  readonly blendStart: readonly number[];
}

const DAY_MS = 86_400_000;

/**
 * Chosen on the first fifth of a shop's click stream, rounded (`homebody eval yoochoose --tune` repeats it). With these caps the
 * learner holds at most 2 · 5,000 · 64 + 5,000 · 20 + 50,000 counts, 46 MB of heap in Node: a shop's whole stream. A visitor of
 * 1,000 clicks takes 0.6 MB.
 */
export const SEQUENCE_RULE: SequenceRule = {
  maxSteps: 10,
  lastItems: 10,
  transitionHalfLifeMs: 30 * DAY_MS,
  popularityHalfLifeMs: 3 * DAY_MS,
  neighbourHalfLifeMs: 4 * DAY_MS,
  neighbours: 100,
  sessionsPerItem: 100,
  contextRatio: 0.2,
  stepRatio: 0.3,
  beforeRatio: 0.5,
  stepsVia: 10,
  maxRows: 5_000,
  maxEntriesPerRow: 64,
  maxSessions: 5_000,
  maxItemsPerSession: 20,
  maxItems: 50_000,
  popularCandidates: 20,
  extraColumns: 0,
  blendLearningRate: 0.05,
  blendStart: [0.1, 0, 0.1, 0.1, 0.5, 0.1, 1, 0.5, 0.1, 0.4],
};
