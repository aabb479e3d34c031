import { beforeAll, expect, test } from 'vitest';
import { policyHash } from '../wire/canonical.js';
import { createReporter } from './participation-entry.js';
import { createOperator, replayableBits, startMs, yes, type Operator } from './round-parts.contract.js';

let operator: Operator;
beforeAll(async () => {
  operator = await createOperator();
});

test('the shipped chunk takes no bits from whoever loads it', async () => {
  expect(createReporter).toHaveLength(0);
  let asked = 0;
  const injected = { nextBits: (count: number) => ((asked += 1), replayableBits(1).nextBits(count)) };
  const make = (createReporter as (bits: unknown) => ReturnType<typeof createReporter>)(injected);
  const policy = operator.policy();
  const hash = await policyHash(policy);
  const votes = new Set<string>();
  for (let report = 0; report < 40; report++) {
    const told = {
      policy,
      hash,
      round: 1,
      reportId: new Uint8Array(16),
      events: [yes('Blues')],
      nowMs: startMs,
      bits: injected,
    };
    const body = await make(told);
    votes.add((await operator.open(body, policy)).join());
  }
  expect(asked).toBe(0);
  expect(votes.size).toBeGreaterThan(1); // 40 keeps in a row have probability (54/85)^40 < 2e-8
});
