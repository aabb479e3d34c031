export interface TimerHost {
  setTimeout(run: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}

const firstLookMs = 50;
const longestLookMs = 2000;
/** A platform that is not there after this long is not coming on this page. */
const patienceMs = 60_000;

/**
 * Calls `found` once, with what `find` first answers: at once, or when a late script has put it there.
 * @returns gives up looking
 */
export function whenPresent<Thing>(host: TimerHost, find: () => Thing | undefined, found: (thing: Thing) => void): () => void {
  let timer: number | undefined;
  let waitedMs = 0;
  const look = (waitMs: number): void => {
    const thing = find();
    if (thing !== undefined) return found(thing);
    if (waitedMs >= patienceMs) return;
    waitedMs += waitMs;
    timer = host.setTimeout(() => look(Math.min(waitMs * 2, longestLookMs)), waitMs);
  };
  look(firstLookMs);
  return () => host.clearTimeout(timer ?? 0);
}
