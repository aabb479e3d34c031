import { expect, test } from 'vitest';
import { policyHash } from '../wire/canonical.js';
import { examplePolicy, exampleVectorPolicy } from '../wire/example-policies.contract.js';
import { sealReport } from '../wire/hpke.js';
import { encodeVectorPayload } from '../wire/payload.js';
import { openEndpoint } from './endpoint-fixture.contract.js';
import { isPlausible } from './gate.js';

test('the longest that honest vectors and noise can be passes, one unit more does not', () => {
  const policy = exampleVectorPolicy(); // B = 1,025, σ = 2.387 B
  // 100 · 1025 + 2.387 · 1025 · √(100 · (16 + 2 √(16 · ln 10⁹) + 2 ln 10⁹)) = 339,442.4…
  const longest = 100 * 1025 + 2.387 * 1025 * Math.sqrt(100 * (16 + 2 * Math.sqrt(16 * 20.72326583694641) + 2 * 20.72326583694641));
  const along = (length: number) => ({ reports: 100, sums: [length, ...Array.from({ length: 15 }, () => 0)] });
  expect(isPlausible(along(Math.floor(longest)), policy)).toBe(true);
  expect(isPlausible(along(Math.ceil(longest)), policy)).toBe(false);
  expect(isPlausible(along(-Math.ceil(longest)), policy)).toBe(false);
});

test('votes pass: each counts one', () => {
  expect(isPlausible({ reports: 9, sums: [9, ...Array.from({ length: 31 }, () => 0)] }, examplePolicy())).toBe(true);
});

test('a round that liars pushed is abandoned, the version before stays, and the operator hears of it', async () => {
  const heard: string[] = [];
  const endpoint = await openEndpoint({ onImplausible: (taskId, round) => void heard.push(`${taskId} ${round}`) });
  const policy = exampleVectorPolicy({ publicKey: endpoint.keys.publicKey, minimumBatch: 2 });
  await endpoint.service.publish(policy);
  const hash = await policyHash(policy);
  let id = 0;
  const send = async (round: number, value: number): Promise<void> => {
    const payload = encodeVectorPayload(new Int32Array(16).fill(value), 16);
    const body = await sealReport({ payload, policy, hash, round, reportId: new Uint8Array(16).fill(++id) });
    expect((await endpoint.post(body)).status).toBe(202);
  };
  for (const value of [900, -300]) await send(1, value);
  expect((await endpoint.service.endRound('weights')).model?.version).toBe(1);
  for (const value of [9_000, 9_000]) await send(2, value);
  expect(await endpoint.service.endRound('weights')).toMatchObject({ round: { phase: 'abandoned' }, model: null });
  expect(heard).toEqual(['weights 2']);
  expect(await endpoint.store.model('weights', 'latest')).toMatchObject({ version: 1 });
});
