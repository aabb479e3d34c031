import type { Facets } from './encode-item.js';

/** Where and when an item is seen or chosen. Each namespace counts only where the feature set turns it on. */
export interface Context {
  /** Of the list the card stands on. */
  readonly list?: string;
  /** 0-based place on it. */
  readonly position?: number;
  /** Epoch milliseconds, and minutes by which the shopper's clock is ahead of UTC. */
  readonly atMs?: number;
  readonly utcOffsetMinutes?: number;
  /** Milliseconds since the shopper last did anything. */
  readonly sinceLastMs?: number;
  /** What the items are that the shopper chose last, the latest first. */
  readonly lastItems?: readonly Facets[];
}

export const contextNamespaces = ['list', 'position', 'hour', 'recency'] as const;
export type ContextNamespace = (typeof contextNamespaces)[number];

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;

/** Until when an absence is called so. */
const recencies = [
  ['session', 0.5 * HOUR_MS],
  ['day', 24 * HOUR_MS],
  ['week', 7 * 24 * HOUR_MS],
  ['month', 30 * 24 * HOUR_MS],
] as const;

/** 0 to 167, Monday 0:00 is 0, on the shopper's clock. */
export function hourOfWeek(atMs: number, utcOffsetMinutes: number): number {
  const hours = Math.floor((atMs + utcOffsetMinutes * 60_000) / HOUR_MS) + 72; // the epoch began on a Thursday
  return ((hours % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS;
}

/** Places matter by their logarithm, as attention does: 0, 1–2, 3–6, 7–14, … each twice as wide as the one before. */
export function positionBucket(position: number): number {
  let bucket = 0;
  for (let width = 1, end = 0; position > end && bucket < 16; bucket++) end += width *= 2;
  return bucket;
}

/** 'session' under half an hour, then 'day', 'week', 'month', 'older'; a clock that was set back counts as now. */
export function recencyBucket(sinceLastMs: number): string {
  return recencies.find(([, untilMs]) => sinceLastMs < untilMs)?.[0] ?? 'older';
}

/** The surroundings as facets, each as loud as the other: `list:home`, `position:3`, `hour:37`, `recency:day`. */
export function encodeContext(context: Context, namespaces: readonly ContextNamespace[]): Facets {
  const { list, position, atMs, utcOffsetMinutes = 0, sinceLastMs } = context;
  const said: Readonly<Record<ContextNamespace, string | number | undefined>> = {
    list,
    position: position === undefined ? undefined : positionBucket(position),
    hour: atMs === undefined ? undefined : hourOfWeek(atMs, utcOffsetMinutes),
    recency: sinceLastMs === undefined ? undefined : recencyBucket(sinceLastMs),
  };
  return new Map(namespaces.flatMap((name) => (said[name] === undefined ? [] : [[`${name}:${said[name]}`, 1] as const])));
}
