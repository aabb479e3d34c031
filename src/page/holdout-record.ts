/** What one device keeps of the experiment: its arm, and what it did. Pure. */

export type Arm = 'personalised' | 'heldout';

const countedEvents = ['view', 'click', 'add_to_cart', 'purchase'] as const;

export type CountedEvent = (typeof countedEvents)[number];

export function isCounted(event: string): event is CountedEvent {
  return (countedEvents as readonly string[]).includes(event);
}

export interface HoldoutRecord {
  readonly experiment: string;
  readonly arm: Arm;
  /** Whole numbers, 0 to 255; a missing one is 0. */
  readonly counts: { readonly [Event in CountedEvent]?: number };
}

/** @param unit  uniform in [0, 1) */
export function tossHoldout(experiment: string, share: number, unit: number): HoldoutRecord {
  return { experiment, arm: unit < share ? 'heldout' : 'personalised', counts: {} };
}

/** Null for nothing, for what is not ours, and for another experiment. */
export function parseHoldout(text: string | null, experiment: string): HoldoutRecord | null {
  let fields: unknown;
  try {
    fields = JSON.parse(text ?? '');
  } catch {
    return null;
  }
  const { arm, counts, ...rest } = (fields ?? {}) as Readonly<Record<string, unknown>>;
  if (rest['experiment'] !== experiment || (arm !== 'personalised' && arm !== 'heldout')) return null;
  const stored = (typeof counts === 'object' && counts !== null ? counts : {}) as Readonly<Record<string, unknown>>;
  const entries = countedEvents.flatMap((event) => {
    const count = stored[event];
    return Number.isInteger(count) && (count as number) >= 0 && (count as number) <= 255 ? [[event, count as number] as const] : [];
  });
  return { experiment, arm, counts: Object.fromEntries(entries) };
}
