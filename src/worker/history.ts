import type { LogRecord, StoredEvent } from '../core/profile/records.js';

/**
 * The events the log holds, read when first asked for (a cold start does not need them) and kept up to date after that.
 * Negatives and their features stay on disk: they are nine tenths of the bytes and nobody looks at them.
 */
export interface History {
  all(): Promise<readonly StoredEvent[]>;
  /** A record that was just appended, here or in another tab. */
  add(record: Pick<LogRecord, 'position' | 'events'>): void;
  /** The log was rewritten: read it again when next asked. */
  drop(): void;
}

export function createHistory(read: () => Promise<readonly Pick<LogRecord, 'position' | 'events'>[]>): History {
  let held: Promise<Map<number, readonly StoredEvent[]>> | null = null;
  return {
    async all() {
      held ??= read().then((records) => new Map(records.map((record) => [record.position, record.events.map(ownOnly)])));
      try {
        return [...(await held).values()].flat();
      } catch (error) {
        held = null;
        throw error;
      }
    },
    add(record) {
      // Where the reading is still under way it may or may not have seen this record; the position makes it count once.
      void held?.then((records) => records.set(record.position, record.events.map(ownOnly))).catch(() => undefined);
    },
    drop() {
      held = null;
    },
  };
}

function ownOnly({ queued, examples }: StoredEvent): StoredEvent {
  return { queued, examples: examples.filter((example) => example.facets !== undefined) };
}
