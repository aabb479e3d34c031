/** One session: its latest items in order, repeats and all. */
export interface Session {
  readonly items: number[];
  lastAtMs: number;
}

/** Recent sessions, least recently active first, and for each item the sessions that hold it. */
export interface Sessions {
  readonly maxSessions: number;
  readonly maxItemsPerSession: number;
  readonly sessionsPerItem: number;
  readonly byKey: Map<number, Session>;
  /** item → keys of sessions, in the order in which they met it; the latest `sessionsPerItem`. */
  readonly byItem: Map<number, number[]>;
}

/** Appends one event. A long session forgets its first item, a full memory the session that was silent for longest. */
export function addToSession(memory: Sessions, key: number, item: number, atMs: number): void {
  const { byKey, byItem } = memory;
  const session = byKey.get(key) ?? { items: [], lastAtMs: atMs };
  byKey.delete(key); // to the end: active last
  byKey.set(key, session);
  session.lastAtMs = Math.max(session.lastAtMs, atMs);
  if (!session.items.includes(item)) {
    const keys = byItem.get(item) ?? [];
    if (keys.length === 0) byItem.set(item, keys);
    keys.push(key);
    if (keys.length > memory.sessionsPerItem) keys.shift();
  }
  session.items.push(item);
  if (session.items.length > memory.maxItemsPerSession) {
    const first = session.items.shift()!;
    if (!session.items.includes(first)) unlink(memory, key, first);
  }
  for (const silent of byKey.keys()) {
    if (byKey.size <= memory.maxSessions) break;
    forgetSession(memory, silent);
  }
}

function forgetSession(memory: Sessions, key: number): void {
  for (const item of new Set(memory.byKey.get(key)!.items)) unlink(memory, key, item);
  memory.byKey.delete(key);
}

function unlink({ byItem }: Sessions, key: number, item: number): void {
  const keys = byItem.get(item);
  const at = keys?.indexOf(key) ?? -1;
  if (keys === undefined || at === -1) return;
  if (keys.length === 1) byItem.delete(item);
  else keys.splice(at, 1);
}
