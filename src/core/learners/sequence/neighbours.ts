import { powerOfTwo } from './half-life.js';
import type { SequenceRule } from './rule.js';
import type { Sessions } from './sessions.js';

/** The votes of all neighbours fill a share of this much more than their sum: few faint neighbours stay faint. */
const DOUBT = 0.1;

/**
 * Sessions near this one vote for their items, each item by how near it stands to the latest shared one.
 * similarity = Σ over shared items of contextRatio^lag, over √length, halved per `neighbourHalfLifeMs` of age.
 * Tells shares in (0, 1), which sum up to less than 1.
 *
 * @param key  the session's own key, which is no neighbour
 * @see Ludewig, Jannach 2018, Evaluation of session-based recommendation algorithms (V-SKNN)
 * @see Garg et al. 2019, Sequence and time aware neighborhood for session-based recommendations (the three decays)
 */
export function tellNeighbours(
  sessions: Sessions,
  rule: SequenceRule,
  key: number,
  context: readonly number[],
  atMs: number,
  tell: (item: number, share: number) => void,
): void {
  const weights = new Map<number, number>(); // shared item → weight, the later the heavier
  const similarities = new Map<number, number>();
  let weight = 1;
  for (let lag = 1; lag <= context.length && lag <= rule.lastItems; lag++, weight *= rule.contextRatio) {
    const item = context[context.length - lag]!;
    if (weights.has(item)) continue;
    const keys = sessions.byItem.get(item) ?? [];
    weights.set(item, weight);
    for (const other of keys) if (other !== key) similarities.set(other, (similarities.get(other) ?? 0) + weight);
  }
  const votes = new Map<number, number>();
  let total = 0;
  for (const [other, similarity] of nearest(sessions, rule, similarities, atMs)) {
    const { items } = sessions.byKey.get(other)!;
    let shared = 0;
    let heaviest = -1;
    for (let place = 0; place < items.length; place++) {
      const here = weights.get(items[place]!);
      if (here === undefined || here < heaviest) continue;
      heaviest = here;
      shared = place;
    }
    let vote = similarity;
    const give = (item: number, part: number): void => {
      total += part;
      votes.set(item, (votes.get(item) ?? 0) + part);
    };
    for (let place = shared + 1; place < items.length; place++, vote *= rule.stepRatio) give(items[place]!, vote);
    vote = similarity * rule.beforeRatio;
    for (let place = shared - 1; place >= 0 && vote > 0; place--, vote *= rule.stepRatio) give(items[place]!, vote);
  }
  for (const [item, vote] of votes) tell(item, vote / (total + DOUBT));
}

/** The nearest sessions; of equally near ones those that share a later item, then those that met it later. */
function nearest(
  sessions: Sessions,
  rule: SequenceRule,
  similarities: ReadonlyMap<number, number>,
  atMs: number,
): readonly (readonly [key: number, similarity: number])[] {
  const found: (readonly [key: number, similarity: number])[] = [];
  for (const [key, shared] of similarities) {
    const { items, lastAtMs } = sessions.byKey.get(key)!;
    const age = rule.neighbourHalfLifeMs === Infinity ? 0 : Math.max(0, atMs - lastAtMs) / rule.neighbourHalfLifeMs;
    const similarity = (shared / Math.sqrt(items.length)) * powerOfTwo(-age);
    if (similarity > 0) found.push([key, similarity]);
  }
  return found.length <= rule.neighbours ? found : found.sort((a, b) => b[1] - a[1]).slice(0, rule.neighbours);
}
