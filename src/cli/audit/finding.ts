/** What one attack has found out about one claim. */
export interface Finding {
  readonly attack: string;
  /** What was measured, with its unit. */
  readonly measure: string;
  /** Point estimate; the figure itself where nothing is left to chance. */
  readonly measured: number;
  /** What it is at least; wrong with chance `falseAlarm`. */
  readonly atLeast: number;
  /** What the policy promises at most. */
  readonly claim: number;
  /** `blunt`: the attack did not reach what the mechanism may show, so that its silence would say nothing. */
  readonly verdict: 'holds' | 'beaten' | 'blunt';
  /** Chance that an honest mechanism is accused by this finding, at most; 0 where nothing is left to chance. */
  readonly falseAlarm: number;
  /** The smallest breach found with power 0.99 at this size. */
  readonly sees: string;
}

/** A figure that is not left to chance, and its limit. */
export function certain(attack: string, measure: string, measured: number, limit: number, sees = 'any'): Finding {
  const verdict = measured <= limit * (1 + 1e-9) ? 'holds' : 'beaten';
  return { attack, measure, measured, atLeast: measured, claim: limit, verdict, falseAlarm: 0, sees };
}
