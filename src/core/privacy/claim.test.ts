import { describe, expect, test } from 'vitest';
import { defaultTastePolicy } from '../federated/default-policy.js';
import type { RoundPolicy } from '../federated/round-policy.js';
import { claimOf, claimSentence, roundUp } from './claim.js';
import { expectAboveFloor, floorViolation } from './floor.js';
import { devicesNeeded, expectUsefulRound, predictedError } from './predicted-error.js';

const cells = Array.from({ length: 32 }, (_, cell) => ({ name: `cell ${cell}`, share: 1 / 32 }));
const taste = (change: Partial<RoundPolicy> = {}): RoundPolicy => ({
  ...defaultTastePolicy({ site: 'paint.example', cells, publicKey: 'A'.repeat(43) }),
  ...change,
});
const vector = (change: Partial<RoundPolicy> = {}): RoundPolicy => ({
  ...taste(),
  block: { kind: 'vector', names: Array.from({ length: 16 }, (_, row) => `facet ${row}`) },
  mechanism: { kind: 'gaussian', dim: 16, clipNorm: 1, scale: 1024, bound: 1025, sigmaNumerator: 2387, sigmaDenominator: 1000, bits: 16 },
  minimumBatch: 3_000,
  expectedSignal: 0.6,
  dpDelta: 1e-6,
  ...change,
});
const away = { isLoopbackPage: false, isLoopbackEndpoint: false };
const loopback = { isLoopbackPage: true, isLoopbackEndpoint: true };

describe('the claim', () => {
  test('of the default policy is whole: ε 3.99 per release, 15.96 for 4 in 365 days, 51.9 for 13 with eviction', () => {
    expect(claimSentence(claimOf(taste()))).toBe(
      'Against anyone who reads the opened reports, the operator of the endpoint included, with everything that one browser profile on one origin did replaced by anything else: ' +
        'ε 3.99, δ 0 per release; at most 4 releases in 365 days, ε 15.96; even with its storage cleared in between at most 13 releases, ε 51.9.',
    );
  });

  test('of a separation of 0 says that there is no limit', () => {
    const claim = claimOf(taste({ separationDays: 0 }));
    expect(claim).toMatchObject({ releasesWithEviction: null, epsilonWithEviction: null, releasesWithoutEviction: 4 });
    expect(claimSentence(claim)).toContain('there is no limit (test setting, this computer only)');
  });

  test('of a Gaussian uses replacement, 2B: σ 2.387 costs ρ = 2/2.387² a release and is converted over Rényi orders', () => {
    const claim = claimOf(vector());
    const rho = 2 / 2.387 ** 2;
    // At order α every conversion is a bound; the claim is the least, so it is at most the one at 5 and above the exact 4.
    expect(claim.epsilon).toBeLessThanOrEqual(rho * 5 + Math.log(0.8) - Math.log(5e-6) / 4);
    expect(claim.epsilon).toBeGreaterThan(4);
    expect(claim.epsilonWithoutEviction).toBeLessThan(4 * claim.epsilon); // zCDP composes better than it adds
    expect(claim.dpDelta).toBe(1e-6);
  });

  test('rounds every ε up, and not for a last bit of floating point', () => {
    expect([roundUp(3.981), roundUp(3.98), roundUp(Math.log(54) * 4), roundUp(51.857), roundUp(8.000000000000002)]).toEqual([
      '3.99',
      '3.98',
      '15.96',
      '51.9',
      '8.00',
    ]);
  });
});

describe('the floor', () => {
  test('the default, the low-ε and the Gaussian policy stand above it', () => {
    const low = defaultTastePolicy({ site: 'paint.example', cells, publicKey: 'A'.repeat(43), variant: 'low-epsilon' });
    for (const policy of [taste(), low, vector()]) expect(floorViolation(policy, away)).toBeNull();
  });

  test.each<[string, RoundPolicy, RegExp]>([
    ['an ε above 8', taste({ mechanism: { kind: 'vote', subsetSize: 1, keepNumerator: 9_999, keepDenominator: 10_000 } }), /ε is 12\.64/],
    ['p = 1', taste({ mechanism: { kind: 'vote', subsetSize: 1, keepNumerator: 1, keepDenominator: 1 } }), /always tell/],
    [
      'a p at which votes say nothing',
      taste({ mechanism: { kind: 'vote', subsetSize: 1, keepNumerator: 1, keepDenominator: 32 } }),
      /say nothing/,
    ],
    ['a vote for all cells', taste({ mechanism: { kind: 'vote', subsetSize: 32, keepNumerator: 1, keepDenominator: 2 } }), /32 of 32/],
    ['a vote with a δ', taste({ dpDelta: 1e-9 }), /δ of a vote is 0/],
    ['cells of one name', taste({ block: { kind: 'taste', cells: [...cells.slice(1), cells[1]!] } }), /one name/],
    ['no separation away from this computer', taste({ separationDays: 0 }), /0 days between/],
    ['29 days', taste({ separationDays: 29 }), /29 days between/],
    ['a short window', taste({ windowDays: 30 }), /window of 30/],
    ['more releases than fit', taste({ releasesPerWindow: 14 }), /at most 13/],
    ['a research δ', vector({ dpDelta: 1e-5 }), /δ is 0.00001/],
    [
      'a coarse grid',
      vector({
        mechanism: { kind: 'gaussian', dim: 16, clipNorm: 1, scale: 128, bound: 255, sigmaNumerator: 3, sigmaDenominator: 1, bits: 16 },
      }),
      /255 grid units/,
    ],
    [
      'a bound that the rounding breaks',
      vector({
        mechanism: { kind: 'gaussian', dim: 16, clipNorm: 1, scale: 1024, bound: 1024, sigmaNumerator: 3, sigmaDenominator: 1, bits: 24 },
      }),
      /at least 1025/,
    ],
    [
      'too few bits',
      vector({
        mechanism: {
          kind: 'gaussian',
          dim: 16,
          clipNorm: 1,
          scale: 2048,
          bound: 2049,
          sigmaNumerator: 2387,
          sigmaDenominator: 1000,
          bits: 16,
        },
      }),
      /16 bits/,
    ],
    [
      'little noise',
      vector({
        mechanism: { kind: 'gaussian', dim: 16, clipNorm: 1, scale: 1024, bound: 1025, sigmaNumerator: 1, sigmaDenominator: 1, bits: 24 },
      }),
      /ε is 1\d/,
    ],
    ['names that do not fit the vector', vector({ block: { kind: 'vector', names: ['a'] } }), /16 names/],
  ])('refuses %s', (_, policy, reason) => {
    expect(floorViolation(policy, away)).toMatch(reason);
    expect(() => expectAboveFloor(policy, away)).toThrow(expect.objectContaining({ code: 'policy-refused' }));
  });

  test('a separation of 0 needs a loopback page and a loopback endpoint; ε stays bounded even there', () => {
    const fast = taste({ separationDays: 0 });
    expect(floorViolation(fast, loopback)).toBeNull();
    expect(floorViolation(fast, { isLoopbackPage: true, isLoopbackEndpoint: false })).toMatch(/0 days/);
    expect(floorViolation(fast, { isLoopbackPage: false, isLoopbackEndpoint: true })).toMatch(/0 days/);
    expect(
      floorViolation({ ...fast, mechanism: { kind: 'vote', subsetSize: 1, keepNumerator: 9_999, keepDenominator: 10_000 } }, loopback),
    ).toMatch(/ε is/);
  });
});

describe('the predicted error', () => {
  test('of the default policy at 500 devices is √(31/32/500)/(53/85)/0.25 = 0.28237', () => {
    expect(predictedError(taste())).toBeCloseTo(0.282_37, 5);
    expect(expectUsefulRound(taste())).toBe(predictedError(taste()));
  });

  test('of the Gaussian of 16 numbers reaches 0.3 between 2,813 and 2,814 devices: 16 · (2.387 / 0.18)²', () => {
    expect(devicesNeeded(vector(), 0.3)).toBe(2_814);
  });

  test('above 0.5 the round is refused, with the number of devices that are missing', () => {
    const small = taste({ minimumBatch: 20 });
    const needed = devicesNeeded(small);
    expect(predictedError(small, needed)).toBeLessThanOrEqual(0.5);
    expect(predictedError(small, needed - 1)).toBeGreaterThan(0.5);
    expect(() => expectUsefulRound(small)).toThrow(
      expect.objectContaining({
        code: 'error-too-large',
        message: expect.stringContaining(`${needed - 20} more devices are needed (${needed} in all)`),
      }),
    );
  });
});
