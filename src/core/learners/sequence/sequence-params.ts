import type { Blend } from './blend.js';
import { columns } from './columns.js';
import type { Popularity } from './popularity.js';
import type { SequenceRule } from './rule.js';
import type { Sessions } from './sessions.js';
import type { Transitions } from './transitions.js';

/** Everything the learner knows. `sequence-state.ts` turns it into plain numbers and back. */
export interface SequenceParams {
  readonly forward: Transitions;
  readonly backward: Transitions;
  readonly sessions: Sessions;
  readonly popularity: Popularity;
  readonly blend: Blend;
}

export function createSequenceParams(rule: SequenceRule): SequenceParams {
  const transitions = (): Transitions => ({
    scale: { halfLifeMs: rule.transitionHalfLifeMs, landmarkMs: 0 },
    maxRows: rule.maxRows,
    maxEntriesPerRow: rule.maxEntriesPerRow,
    rows: new Map(),
  });
  const width = columns.length + rule.extraColumns;
  return {
    forward: transitions(),
    backward: transitions(),
    sessions: {
      maxSessions: rule.maxSessions,
      maxItemsPerSession: rule.maxItemsPerSession,
      sessionsPerItem: rule.sessionsPerItem,
      byKey: new Map(),
      byItem: new Map(),
    },
    popularity: {
      scale: { halfLifeMs: rule.popularityHalfLifeMs, landmarkMs: 0 },
      maxItems: rule.maxItems,
      maxLeaders: rule.popularCandidates,
      counts: new Map(),
      leaders: [],
      total: 0,
    },
    blend: {
      weights: Float64Array.from({ length: 2 * width }, (_, column) => rule.blendStart[column] ?? 0),
      accumulators: new Float64Array(2 * width),
    },
  };
}
