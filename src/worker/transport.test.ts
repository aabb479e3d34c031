import { describe, expect, test } from 'vitest';
import { createTransport, type FetchLike, type TransportInit } from './transport.js';

function recording(answer: { ok?: boolean; status?: number; body?: unknown } = {}) {
  const requests: { url: string; init: TransportInit }[] = [];
  const fetch: FetchLike = async (url, init) => {
    requests.push({ url, init });
    return { ok: answer.ok ?? true, status: answer.status ?? 200, json: async () => answer.body ?? {} };
  };
  return { requests, transport: createTransport('https://rounds.example/', fetch) };
}

describe('requests to the endpoint', () => {
  test('say nothing about who asks: no cookies, referrer, validators, or headers of ours', async () => {
    const { requests, transport } = recording();
    await transport.getTasks('paint.example');
    await transport.getModel('taste', 7);
    await transport.postReport(Uint8Array.of(1, 2));
    expect(requests.map(({ url, init: { signal, ...init } }) => ({ url, init, signal: signal instanceof AbortSignal }))).toEqual([
      {
        url: 'https://rounds.example/v1/tasks/paint.example',
        signal: true,
        init: { method: 'GET', credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store', redirect: 'error' },
      },
      {
        url: 'https://rounds.example/v1/models/taste/7',
        signal: true,
        init: { method: 'GET', credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store', redirect: 'error' },
      },
      {
        url: 'https://rounds.example/v1/reports',
        signal: true,
        init: {
          method: 'POST',
          body: Uint8Array.of(1, 2),
          headers: { 'content-type': 'application/octet-stream' },
          credentials: 'omit',
          referrerPolicy: 'no-referrer',
          cache: 'no-store',
          redirect: 'error',
        },
      },
    ]);
  });

  test('a problem body becomes an error with its code and words', async () => {
    const { transport } = recording({
      ok: false,
      status: 410,
      body: { type: 'about:blank', title: 'closed', status: 410, code: 'round-closed', detail: 'round 3 ended' },
    });
    await expect(transport.postReport(new Uint8Array(1))).rejects.toMatchObject({ code: 'round-closed', message: 'round 3 ended' });
  });

  test.each([
    [429, 'too-busy'],
    [503, 'too-busy'],
    [404, 'internal'],
  ])('status %d without a problem body is %s', async (status, code) => {
    const { transport } = recording({ ok: false, status, body: '<html>' });
    await expect(transport.getTasks('paint')).rejects.toMatchObject({ code });
  });

  test('a code that we do not know is not passed on', async () => {
    const { transport } = recording({ ok: false, status: 400, body: { code: 'constructor' } });
    await expect(transport.getTasks('paint')).rejects.toMatchObject({ code: 'internal' });
  });

  test('no answer is a network error, and closing aborts what is under way', async () => {
    const down = createTransport('https://rounds.example', async () => Promise.reject(new TypeError('failed to fetch')));
    await expect(down.getTasks('paint')).rejects.toMatchObject({ code: 'network', cause: new TypeError('failed to fetch') });

    const hanging = createTransport(
      'https://rounds.example',
      async (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    const asked = hanging.getTasks('paint');
    hanging.close();
    await expect(asked).rejects.toMatchObject({ code: 'aborted' });
    await expect(hanging.getTasks('paint')).rejects.toMatchObject({ code: 'aborted' });
  });
});
