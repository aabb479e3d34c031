import type { Device } from './device.js';
import { waitForGpu } from './readback.js';
import type { Tasks } from './waves.js';

/** After so many waves the GPU is waited for, so that a lost context is noticed and the deadline stays near. */
const WAVES_PER_WAIT = 512;

export interface Span {
  readonly first: number;
  readonly count: number;
}

export interface WaveRun {
  /** [rows], in the order of the waves */
  readonly order: Tasks;
  readonly tasks: Tasks;
  /** The GPU is waited for after so many tasks, too. */
  readonly tasksPerWait: number;
  readonly deadlineMs: number;
  begin(): void;
  /** Issues the draws of a wave: rows to score, then tasks, which may be none. */
  draw(wave: number, rows: Span, tasks: Span): void;
  end(): void;
}

/**
 * Issues the waves one after the other; the last ones are not waited for.
 * @throws SdkError `engine-lost`
 */
export async function runWaves(device: Device, { order, tasks, tasksPerWait, deadlineMs, begin, draw, end }: WaveRun): Promise<void> {
  let waitedAt = 0;
  begin();
  for (let wave = 0; wave < order.starts.length - 1; wave++) {
    const rows = spanAt(order, wave);
    const own = spanAt(tasks, wave);
    const ahead = own.first + own.count - spanAt(tasks, waitedAt).first;
    if (wave - waitedAt >= WAVES_PER_WAIT || (wave > waitedAt && ahead > tasksPerWait)) {
      waitedAt = wave;
      end();
      await waitForGpu(device, deadlineMs);
      begin();
    }
    draw(wave, rows, own);
  }
  end();
}

/** The last waves may have rows but no tasks. */
function spanAt({ starts }: Tasks, wave: number): Span {
  const first = starts[wave] ?? starts.at(-1)!;
  return { first, count: (starts[wave + 1] ?? first) - first };
}
