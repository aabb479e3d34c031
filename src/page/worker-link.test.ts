import { expose, transferHandlers } from 'comlink';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepErrorCodes } from '../core/error-transfer.js';
import { SdkError } from '../core/errors.js';
import type { OpenResult, WorkerApi, WorkerOptions, WorkerSignal } from '../worker/api/worker-api.js';
import { createWorkerLink } from './worker-link.js';

/** A worker whose other side is comlink's real `expose` over a message channel. */
function workerOf(api: Partial<WorkerApi>): Worker & { isTerminated: boolean } {
  const { port1, port2 } = new MessageChannel();
  expose(api, port2 as never);
  port1.start();
  const worker = {
    isTerminated: false,
    postMessage: (message: unknown, transfer: Transferable[] = []) => port1.postMessage(message, transfer as never),
    addEventListener: (type: string, listener: (event: MessageEvent) => void) =>
      port1.addEventListener(type as 'message', listener as never),
    terminate() {
      worker.isTerminated = true;
      port1.close();
    },
  };
  return worker as unknown as Worker & { isTerminated: boolean };
}

const opened: OpenResult = { sdkVersion: '0', durable: true, eventCount: 0, engine: 'reference', notices: [] };
const never = (): Promise<never> => new Promise(() => undefined);

function setUp(api: Partial<WorkerApi> = {}) {
  const workers: (Worker & { isTerminated: boolean })[] = [];
  const seen = { options: [] as WorkerOptions[], opened: 0, ended: [] as string[], lost: [] as string[], signals: [] as WorkerSignal[] };
  const whole: Partial<WorkerApi> = {
    open: (options) => {
      seen.options.push(options);
      return Promise.resolve(opened);
    },
    listen: () => Promise.resolve(),
    close: () => Promise.resolve(),
    ...api,
  };
  const link = createWorkerLink({
    spawn: async (greet) => {
      const worker = workerOf(whole);
      workers.push(worker);
      return { worker, greeting: await greet(worker) };
    },
    openOptions: () => ({ site: 'shop' }) as WorkerOptions,
    onSignal: (signal) => seen.signals.push(signal),
    onOpen: () => seen.opened++,
    onStoreLost: (error) => seen.lost.push(error.code),
    onEnd: (error) => seen.ended.push(error.code),
  });
  return { link, workers, seen };
}

beforeAll(() => keepErrorCodes(transferHandlers));
beforeEach(() => {
  vi.useRealTimers();
});

describe('the worker link, against comlink’s expose', () => {
  test('opens one worker for calls that come together, and answers each', async () => {
    const { link, workers, seen } = setUp({
      why: (list, id) => Promise.resolve({ id: `${list}/${id}`, score: 1, place: 1, parts: [] }),
      ingest: (events) => Promise.resolve({ ids: events.map((event) => event.id), durable: true, dropped: [] }),
    });
    const [why, ack] = await Promise.all([
      link.call('why', 'home', 'a'),
      link.call('ingest', [{ id: 'e1', atMs: 1, event: { type: 'view', source: 'ga4' } }]),
    ]);
    expect(why.id).toBe('home/a');
    expect(ack.ids).toEqual(['e1']);
    expect([workers.length, seen.opened, seen.options]).toEqual([1, 1, [{ site: 'shop' }]]);
    await link.close();
  });

  test('keeps class, code and message of the worker’s errors', async () => {
    const { link } = setUp({ profile: () => Promise.reject(new SdkError('storage-full', 'no room')) });
    const error = await link.call('profile').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SdkError);
    expect(error).toMatchObject({ code: 'storage-full', message: 'no room' });
    await link.close();
  });

  test('tells when the store of an open worker is gone, not of other errors, nor of a worker that is told to go', async () => {
    let code: 'closed' | 'storage-full' = 'storage-full';
    const { link, seen } = setUp({ profile: () => Promise.reject(new SdkError(code, 'm')), rounds: never });
    await expect(link.call('profile')).rejects.toMatchObject({ code: 'storage-full' });
    expect(seen.lost).toEqual([]);
    code = 'closed';
    await expect(link.call('profile')).rejects.toMatchObject({ code: 'closed' });
    expect(seen.lost).toEqual(['closed']);
    const late = link.call('profile');
    const closed = link.close();
    await expect(late).rejects.toMatchObject({ code: 'closed' });
    await closed;
    expect([seen.lost, seen.ended]).toEqual([['closed'], []]);
  });

  test('hears signals, and answers them so that nothing waits on the other side', async () => {
    let told: Promise<unknown> = never();
    const signal: WorkerSignal = { kind: 'notice', notice: { code: 'engine-lost', message: 'm' } };
    const { link, seen } = setUp({
      listen: (listener) => {
        told = Promise.resolve(listener(signal));
        return Promise.resolve();
      },
    });
    await link.start();
    await vi.waitFor(() => expect(seen.signals).toEqual([signal]));
    await told;
    await link.close();
  });

  test('a death rejects all that waits, is told once, and the next call starts another worker', async () => {
    let calls = 0;
    const { link, workers, seen } = setUp({
      profile: never,
      rounds: () => (calls++, Promise.resolve({ sent: [], bytesSent: 7, tasks: [] })),
    });
    await link.start();
    const waiting = Promise.allSettled([link.call('profile'), link.call('profile')]);
    link.end(new SdkError('worker-died', 'gone'));
    expect((await waiting).map((result) => (result as PromiseRejectedResult).reason.code)).toEqual(['worker-died', 'worker-died']);
    expect([workers[0]?.isTerminated, link.isOpen(), seen.ended]).toEqual([true, false, ['worker-died']]);
    expect((await link.call('rounds')).bytesSent).toBe(7);
    expect([workers.length, seen.options.length, calls]).toEqual([2, 2, 1]);
    await link.close();
  });

  test('a call past its deadline takes the worker for dead; a long call may take longer', async () => {
    const { link, workers, seen } = setUp({ profile: never, raceEngines: never });
    await link.start();
    vi.useFakeTimers();
    const race = link.call('raceEngines').catch((thrown: SdkError) => thrown.code);
    const profile = link.call('profile').catch((thrown: SdkError) => thrown.code);
    vi.advanceTimersByTime(9_999);
    expect(workers[0]?.isTerminated).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await profile).toBe('deadline-exceeded');
    expect(await race).toBe('deadline-exceeded');
    expect([workers[0]?.isTerminated, seen.ended]).toEqual([true, ['deadline-exceeded']]);
  });

  test('what cannot be cloned rejects that call alone and leaves no deadline behind', async () => {
    const { link, workers } = setUp({ forget: () => Promise.resolve({ events: 1 }) });
    await link.start();
    vi.useFakeTimers();
    await expect(link.call('forget', { eventId: (() => 1) as unknown as string })).rejects.toThrow(/clone/);
    vi.advanceTimersByTime(120_000);
    expect(workers[0]?.isTerminated).toBe(false);
    vi.useRealTimers();
    await link.close();
  });

  test('a worker that is ended while it starts is terminated and never opens', async () => {
    let answer = (): void => undefined;
    const { link, workers, seen } = setUp({ open: () => new Promise((resolve) => (answer = () => resolve(opened))) });
    const started = link.start().catch((thrown: SdkError) => thrown.code);
    await vi.waitFor(() => expect(workers).toHaveLength(1));
    link.end(new SdkError('closed', 'no longer wanted'));
    expect(await started).toBe('closed');
    answer();
    expect([seen.opened, link.isOpen()]).toEqual([0, false]);
  });

  test('close lets the worker finish but does not wait for one that hangs', async () => {
    const { link, workers } = setUp({ close: never });
    await link.start();
    vi.useFakeTimers();
    const closed = link.close();
    await vi.advanceTimersByTimeAsync(1000);
    await closed;
    expect(workers[0]?.isTerminated).toBe(true);
  });

  test('a call during a close goes to another worker and is not taken along', async () => {
    const { link, workers } = setUp({ rounds: () => Promise.resolve({ sent: [], bytesSent: 3, tasks: [] }) });
    await link.start();
    const closed = link.close();
    const answer = link.call('rounds');
    await closed;
    expect((await answer).bytesSent).toBe(3);
    expect(workers.map((worker) => worker.isTerminated)).toEqual([true, false]);
    await link.close();
  });

  test('what is asked while a worker opens is there before the worker has opened, and answered once it has', async () => {
    let answer = (): void => undefined;
    const asked: string[] = [];
    const { link } = setUp({
      open: () => new Promise((resolve) => (answer = () => resolve(opened))),
      rounds: () => (asked.push('rounds'), Promise.resolve({ sent: [], bytesSent: 9, tasks: [] })),
    });
    let isAnswered = false;
    const rounds = link.call('rounds').finally(() => (isAnswered = true));
    await vi.waitFor(() => expect(asked).toEqual(['rounds']));
    expect([link.isOpen(), isAnswered]).toEqual([false, false]);
    answer();
    expect((await rounds).bytesSent).toBe(9);
    expect(asked).toEqual(['rounds']);
    await link.close();
  });

  test('a refused open refuses what was asked behind it, with its reason', async () => {
    const { link } = setUp({
      open: () => Promise.reject(new SdkError('schema-newer', 'reload')),
      profile: () => Promise.reject(new SdkError('invalid-state', 'call open() first')),
    });
    const reasons = await Promise.all(
      [link.call('profile'), link.call('profile')].map((call) => call.catch((thrown: SdkError) => thrown.code)),
    );
    expect(reasons).toEqual(['schema-newer', 'schema-newer']);
  });

  test('what was asked of a worker that the page’s policy refuses is asked of the one that opens in its place', async () => {
    const asked: string[] = [];
    const rounds = (name: string) => () => (asked.push(name), Promise.resolve({ sent: [], bytesSent: name.length, tasks: [] }));
    const link = createWorkerLink({
      async spawn(greet) {
        void greet(workerOf({ open: never, listen: never, rounds: never })).catch(() => undefined);
        await Promise.resolve();
        const worker = workerOf({ open: () => Promise.resolve(opened), listen: () => Promise.resolve(), rounds: rounds('second') });
        return { worker, greeting: await greet(worker) };
      },
      openOptions: () => ({ site: 'shop' }) as WorkerOptions,
      onSignal: () => undefined,
      onOpen: () => undefined,
      onStoreLost: () => undefined,
      onEnd: () => undefined,
    });
    expect((await link.call('rounds')).bytesSent).toBe('second'.length);
    expect(asked).toEqual(['second']);
    link.end(new SdkError('closed', 'over'));
  });

  test('a start that failed is tried again by the next call', async () => {
    let tries = 0;
    const { link } = setUp({
      open: () => (tries++ === 0 ? Promise.reject(new SdkError('storage-blocked', 'held')) : Promise.resolve(opened)),
      rounds: () => Promise.resolve({ sent: [], bytesSent: 0, tasks: [] }),
    });
    await expect(link.start()).rejects.toMatchObject({ code: 'storage-blocked' });
    expect((await link.call('rounds')).bytesSent).toBe(0);
    await link.close();
  });
});
