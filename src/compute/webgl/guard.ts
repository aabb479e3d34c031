import { SdkError, toSdkError } from '../../core/errors.js';
import type { Device } from './device.js';
import { createEmbeddingKernel, type EmbeddingKernel } from './embeddings.js';
import { createFactorKernel, type FactorKernel } from './factors.js';
import { createLinearKernel, type LinearKernel } from './linear.js';
import { createMlpKernel, type MlpKernel } from './mlp.js';
import { createTopKKernel, type TopKKernel } from './top-k.js';

/** A device and what is compiled on it; lives and dies as one. */
export interface Station {
  readonly device: Device;
  readonly linear: LinearKernel;
  readonly factors: FactorKernel;
  readonly topK: TopKKernel;
  readonly mlp: MlpKernel;
  readonly embeddings: EmbeddingKernel;
}

/**
 * Runs one attempt after the other on a live device. An attempt that rejects has changed nothing; it is repeated once on a
 * device set up anew from the caller's arrays, the CPU copy. The second failure is the caller's: `engine-lost` or
 * `engine-refused`.
 */
export interface Guard {
  run<Result>(attempt: (station: Station) => Promise<Result>): Promise<Result>;
  /** Takes its turn among the attempts, without a device. */
  wait<Result>(work: () => Result): Promise<Result>;
  /** Null after `close()` or when no new device was to be had. */
  station(): Station | null;
  recoveries(): number;
  close(): void;
}

const ATTEMPTS = 2;

/** @throws SdkError `engine-unavailable` where the first device cannot be opened */
export function createGuard(open: () => Device): Guard {
  let station: Station | null = setUp(open);
  let recoveries = 0;
  let isClosed = false;
  let turn: Promise<unknown> = Promise.resolve();

  const tearDown = (): void => {
    if (station === null) return;
    const { device, ...kernels } = station;
    station = null;
    for (const part of [...Object.values(kernels), device]) part.dispose();
  };
  const ready = (): Station => {
    if (isClosed) throw new SdkError('closed', 'the engine is closed');
    if (station?.device.isLost() === true) tearDown();
    if (station === null) {
      recoveries++;
      try {
        station = setUp(open);
      } catch (error) {
        const message = `no new GPU context after the old one was lost: ${toSdkError(error, 'engine-lost').message}`;
        throw new SdkError('engine-lost', message, { cause: error });
      }
    }
    return station;
  };
  const attempts = async <Result>(attempt: (station: Station) => Promise<Result>): Promise<Result> => {
    for (let left = ATTEMPTS - 1; ; left--) {
      try {
        return await attempt(ready());
      } catch (error) {
        const known = classify(error, station?.device.isLost() === true);
        const isOfDevice = known.code === 'engine-lost' || known.code === 'engine-refused';
        if (isOfDevice) tearDown();
        if (!isOfDevice || left === 0) throw known;
      }
    }
  };

  const queue = <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined); // its caller hears of it; the next turn starts afresh
    return result;
  };

  return {
    run: (attempt) => queue(() => attempts(attempt)),
    wait: (work) =>
      queue(() => {
        if (isClosed) throw new SdkError('closed', 'the engine is closed');
        return work();
      }),
    station: () => station,
    recoveries: () => recoveries,
    close() {
      isClosed = true;
      tearDown();
    },
  };
}

/** Whatever is thrown on a context that has gone is as good as the loss itself. */
function classify(error: unknown, isLost: boolean): SdkError {
  if (error instanceof SdkError && !isLost) return error;
  const code = isLost ? 'engine-lost' : 'engine-refused';
  return error instanceof SdkError && error.code === code ? error : new SdkError(code, toSdkError(error, code).message, { cause: error });
}

function setUp(open: () => Device): Station {
  const device = open();
  try {
    return {
      device,
      linear: createLinearKernel(device),
      factors: createFactorKernel(device),
      topK: createTopKKernel(device),
      mlp: createMlpKernel(device),
      embeddings: createEmbeddingKernel(device),
    };
  } catch (error) {
    device.dispose();
    throw error;
  }
}
