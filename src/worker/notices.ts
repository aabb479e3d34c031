import type { SdkError } from '../core/errors.js';
import type { Notice } from './api/worker-api.js';
import type { Signals } from './signals.js';

/** Why something is not as it should be: kept for `open()` and the engine report, and told as it happens. */

export interface Notices {
  /** The same code with the same message is told once. */
  readonly add: (error: SdkError) => void;
  all(): readonly Notice[];
}

/** More than this are a loop of ours, not news. */
const most = 20;

export function createNotices(signals: Signals): Notices {
  const held: Notice[] = [];
  return {
    add(error) {
      const notice = { code: error.code, message: error.message };
      if (held.some((each) => each.code === notice.code && each.message === notice.message)) return;
      held.push(notice);
      if (held.length > most) held.shift();
      signals.tell({ kind: 'notice', notice });
    },
    all: () => held.slice(),
  };
}
