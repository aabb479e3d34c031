import { SdkError } from '../core/errors.js';
import type { OpenedReport } from './round.js';
import type { CommitOutcome, RoundStore } from './store/round-store.js';

/** Reports that were opened while the disk was busy are committed together: one flush for up to 64 of them. */
export interface GroupCommit {
  /** Resolves after the commit that holds the report. */
  submit(report: OpenedReport): Promise<CommitOutcome>;
  /** Commits everything submitted so far. */
  flush(): Promise<void>;
  readonly waiting: number;
}

const GROUP_LIMIT = 64;

interface Waiting {
  readonly report: OpenedReport;
  resolve(outcome: CommitOutcome): void;
  reject(error: unknown): void;
}

/** @param onCommit  told of each group after it is on disk */
export function createGroupCommit(
  store: Pick<RoundStore, 'commitReports'>,
  onCommit: (reports: number, seconds: number) => void = () => {},
): GroupCommit {
  const queue: Waiting[] = [];
  let writing: Promise<void> | null = null;

  const drain = async (): Promise<void> => {
    // One turn of the event loop lets reports that are ready now join the first group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const group = queue.splice(0, GROUP_LIMIT);
      const startMs = performance.now();
      try {
        const outcomes = await store.commitReports(group.map((entry) => entry.report));
        onCommit(group.length, (performance.now() - startMs) / 1000);
        group.forEach((entry, at) => entry.resolve(outcomes[at]!));
      } catch (thrown) {
        const error = new SdkError('internal', 'the commit failed; nothing of it was counted', { cause: thrown });
        for (const entry of group) entry.reject(error);
      }
    }
    writing = null; // in the same turn as the last look at the queue, so that no report is left without a writer
  };
  const start = (): Promise<void> => (writing ??= drain());

  return {
    submit(report) {
      return new Promise((resolve, reject) => {
        queue.push({ report, resolve, reject });
        void start();
      });
    },
    async flush() {
      while (queue.length > 0 || writing !== null) await start();
    },
    get waiting() {
      return queue.length;
    },
  };
}
