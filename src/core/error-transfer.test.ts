import { expose, transferHandlers, wrap } from 'comlink';
import { describe, expect, test } from 'vitest';
import { keepErrorCodes, packError, unpackError } from './error-transfer.js';
import { errorCodes, SdkError, toSdkError } from './errors.js';

keepErrorCodes(transferHandlers);

/** Comlink over a real MessageChannel; Node's ports speak the same events. */
async function acrossTheBorder(thrown: unknown): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  expose({ fail: () => Promise.reject(thrown) }, port1);
  const far = wrap<{ fail(): Promise<void> }>(port2);
  const caught = await far.fail().then(
    () => undefined,
    (error: unknown) => error,
  );
  port1.close();
  port2.close();
  return caught;
}

describe('errors at the worker border', () => {
  test('every code survives packing', () => {
    for (const code of errorCodes) {
      const back = unpackError(packError(new SdkError(code, `about ${code}`)));
      expect(back).toBeInstanceOf(SdkError);
      expect([back.code, back.message]).toEqual([code, `about ${code}`]);
    }
  });

  test('an SdkError arrives through comlink with class, code and message', async () => {
    const caught = await acrossTheBorder(new SdkError('storage-full', 'wanted 3 kB, got none'));
    expect(caught).toBeInstanceOf(SdkError);
    expect(caught).toMatchObject({ code: 'storage-full', message: 'wanted 3 kB, got none' });
  });

  test('an SdkError of a lazy chunk, which has a class of its own, keeps its code', () => {
    const OtherClass = class SdkError extends Error {
      readonly code = 'budget-spent';
      override readonly name = 'SdkError';
    };
    const thrown = new OtherClass('spent');
    expect(packError(thrown)).toEqual({ code: 'budget-spent', message: 'spent' });
    expect(toSdkError(thrown, 'network')).toBe(thrown);
  });

  test('a plain error arrives as internal, with its message and without its stack', async () => {
    const thrown = new TypeError('x is not a function');
    const caught = await acrossTheBorder(thrown);
    expect(caught).toMatchObject({ code: 'internal', message: 'x is not a function' });
    expect((caught as Error).stack).not.toBe(thrown.stack);
  });

  test('what is no error at all, or names a code of its own, does not break the border', () => {
    expect(unpackError(undefined)).toMatchObject({ code: 'internal', message: 'undefined' });
    expect(unpackError({ code: 'made-up', message: 'm' })).toMatchObject({ code: 'internal', message: 'm' });
    expect(packError(Object.assign(new Error('m'), { code: 'made-up' }))).toEqual({ code: 'internal', message: 'm' });
    expect(packError('a string')).toEqual({ code: 'internal', message: 'a string' });
  });
});
