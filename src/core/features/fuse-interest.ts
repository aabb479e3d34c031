import { exp } from '../learners/sigmoid.js';

/**
 * Interest that remembers at two speeds: what the shopper looks at right now, and what they have liked for weeks. Each deed adds its
 * mass to both; each halves in its own time. A visit's whim is gone tomorrow, a taste is not drowned by one visit.
 */
export interface InterestRule {
  readonly sessionHalfLifeMs: number;
  readonly historyHalfLifeMs: number;
  /** Share of the session in the sum, 0 to 1. */
  readonly sessionShare: number;
}

/** Half an hour, as analytics count sessions; a month, as the taste histogram has it. */
export const INTEREST_RULE: InterestRule = { sessionHalfLifeMs: 30 * 60_000, historyHalfLifeMs: 30 * 86_400_000, sessionShare: 0.5 };

export interface Deed {
  /** A facet, an item, a category. */
  readonly key: string;
  readonly mass: number;
  readonly atMs: number;
}

/** Both memories of one key, as they stood at `atMs`. */
export interface Interest {
  readonly session: number;
  readonly history: number;
  readonly atMs: number;
}

const LN2 = 0.6931471805599453;

/** 2^(−age / halfLife), exactly a power of two at whole half-lives; 1 for the future. @param halfLifeMs  above 0 */
export function halved(ageMs: number, halfLifeMs: number): number {
  const halves = Math.max(0, ageMs) / halfLifeMs;
  const whole = Math.min(1_100, Math.floor(halves)); // below 2^−1074 there is nothing
  let left = halves - whole > 1 ? 0 : exp(-LN2 * (halves - whole));
  for (let each = 0; each < whole; each++) left /= 2;
  return left;
}

/**
 * Σ mass · (share · 2^(−age/session) + (1 − share) · 2^(−age/history)) for each key. The order of the deeds does not matter but for
 * rounding; a deed of the future counts as now.
 */
export function fuseInterest(deeds: Iterable<Deed>, nowMs: number, rule: InterestRule = INTEREST_RULE): ReadonlyMap<string, number> {
  const { sessionHalfLifeMs, historyHalfLifeMs, sessionShare } = rule;
  const interests = new Map<string, number>();
  for (const { key, mass, atMs } of deeds) {
    const ageMs = nowMs - atMs;
    const kept = sessionShare * halved(ageMs, sessionHalfLifeMs) + (1 - sessionShare) * halved(ageMs, historyHalfLifeMs);
    interests.set(key, (interests.get(key) ?? 0) + mass * kept);
  }
  return interests;
}

/** One deed at a time: the same sums without keeping the deeds. A deed older than the state ages what it adds, not the state. */
export function addDeed(interest: Interest | undefined, mass: number, atMs: number, rule: InterestRule = INTEREST_RULE): Interest {
  if (interest === undefined) return { session: mass, history: mass, atMs };
  const nowMs = Math.max(interest.atMs, atMs);
  const at = agedTo(interest, nowMs, rule);
  const ageMs = nowMs - atMs;
  return {
    session: at.session + mass * halved(ageMs, rule.sessionHalfLifeMs),
    history: at.history + mass * halved(ageMs, rule.historyHalfLifeMs),
    atMs: nowMs,
  };
}

/** What `fuseInterest` says of all its deeds. */
export function interestAt(interest: Interest, nowMs: number, rule: InterestRule = INTEREST_RULE): number {
  const { session, history } = agedTo(interest, nowMs, rule);
  return rule.sessionShare * session + (1 - rule.sessionShare) * history;
}

function agedTo({ session, history, atMs }: Interest, nowMs: number, rule: InterestRule): Interest {
  const ageMs = nowMs - atMs;
  return {
    session: session * halved(ageMs, rule.sessionHalfLifeMs),
    history: history * halved(ageMs, rule.historyHalfLifeMs),
    atMs: nowMs,
  };
}
