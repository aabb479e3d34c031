/**
 * Group commit: an idle writer commits at once; what arrives while a commit runs forms the next group. Under load the
 * cost of a transaction is shared, at rest nothing waits for a timer.
 */

export interface GroupCommit<Entry> {
  /** Resolves when all of `entries` are committed, rejects with the error of the first of their groups that failed. */
  add(entries: readonly Entry[]): Promise<void>;
  /** Resolves when nothing is queued or under way; never rejects. */
  settled(): Promise<void>;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param limit   most entries per group
 * @param commit  makes a whole group lasting or throws; called for one group at a time
 */
export function createGroupCommit<Entry>(limit: number, commit: (group: readonly Entry[]) => Promise<void>): GroupCommit<Entry> {
  const queue: Waiting<Entry>[] = [];
  let running: Promise<void> | null = null;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue.splice(0, limit);
      try {
        await commit(group.map((each) => each.entry));
        for (const each of group) each.resolve();
      } catch (error) {
        for (const each of group) each.reject(error);
      }
    }
    running = null;
  };

  return {
    async add(entries: readonly Entry[]): Promise<void> {
      if (entries.length === 0) return;
      const done = entries.map((entry) => new Promise<void>((resolve, reject) => queue.push({ entry, resolve, reject })));
      running ??= drain();
      await Promise.all(done);
    },
    async settled(): Promise<void> {
      while (running !== null) await running;
    },
  };
}
