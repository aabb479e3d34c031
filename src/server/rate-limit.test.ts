import { describe, expect, test } from 'vitest';
import { openEndpoint, verdict } from './endpoint-fixture.contract.js';
import { createRateLimit, networkOf, senderOf } from './rate-limit.js';

test.each([
  ['203.0.113.9', '203.0.113.0/24'],
  ['::ffff:203.0.113.77', '203.0.113.0/24'],
  ['2001:db8:7:1::5', '2001:db8:7::/48'],
  ['2001:0DB8:0007:ffff:1:2:3:4', '2001:db8:7::/48'],
  ['2001::7', '2001:0:0::/48'],
  ['::1', '0:0:0::/48'],
  ['fe80::1%eth0', 'fe80:0:0::/48'],
])('%s is of %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('a network has its reports a minute, gets one back with time, and does not take from another', () => {
  const limit = createRateLimit(3);
  const admitted = (address: string, atMs: number): number => limit.admit(address, atMs);
  expect([1, 2, 3].map((host) => admitted(`203.0.113.${host}`, 0))).toEqual([0, 0, 0]);
  expect(admitted('203.0.113.200', 0)).toBe(20);
  expect(admitted('203.0.114.1', 0)).toBe(0);
  expect(admitted('203.0.113.1', 19_999)).toBe(1);
  expect(admitted('203.0.113.1', 20_000)).toBe(0);
  expect(admitted('203.0.113.1', 20_000)).toBe(20);
  expect(admitted('203.0.113.1', 10_000)).toBe(20); // a clock that goes back gives nothing
});

test('networks are forgotten when they are quiet, and there is a most that are remembered', () => {
  const limit = createRateLimit(3);
  for (let at = 0; at < 30_000; at++) limit.admit(`10.${at >> 8}.${at & 255}.1`, 0);
  expect(limit.size).toBe(20_000);
  limit.admit('203.0.113.1', 60_000);
  expect(limit.size).toBe(1);
});

test('only what the operator’s own proxies saw counts as the sender', () => {
  expect(senderOf('198.51.100.1', '1.1.1.1, 203.0.113.9', 0)).toBe('198.51.100.1');
  expect(senderOf('10.0.0.1', '1.1.1.1, 203.0.113.9', 1)).toBe('203.0.113.9');
  expect(senderOf('10.0.0.1', '203.0.113.9, 10.0.0.2', 2)).toBe('203.0.113.9');
  expect(senderOf('10.0.0.1', null, 1)).toBe('10.0.0.1');
});

describe('an endpoint with a limit', () => {
  test('answers 429 with Retry-After before it reads the body; the same bytes are welcome later', async () => {
    const endpoint = await openEndpoint({ parts: { rateLimit: createRateLimit(2) } });
    const bodies = await Promise.all([1, 2, 3].map((cell) => endpoint.seal(cell)));
    const post = (at: number, address: string): Promise<Response> =>
      Promise.resolve(endpoint.app.request('/v1/reports', { method: 'POST', body: bodies[at]! }, { address }));
    expect((await post(0, '203.0.113.1')).status).toBe(202);
    expect((await post(1, '203.0.113.2')).status).toBe(202);
    const refused = await post(2, '203.0.113.3');
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(await verdict(refused)).toBe('429 too-busy');
    endpoint.clock.nowMs += 30_000;
    expect((await post(2, '203.0.113.3')).status).toBe(202);
  });
});
