import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import { examplePolicy, exampleVectorPolicy } from './example-policies.contract.js';
import { decodeVectorPayload, decodeVotePayload, encodeVectorPayload, encodeVotePayload, payloadBytes, vectorRange } from './payload.js';
import type { GaussianMechanism, VoteMechanism } from './policy.js';

const vote = (subsetSize: number): VoteMechanism => ({ kind: 'vote', subsetSize, keepNumerator: 1, keepDenominator: 2 });
/** Wide enough that the bits, not plausibility, are the limit. */
const wide = (dim: number, bits: GaussianMechanism['bits']): GaussianMechanism => ({
  kind: 'gaussian',
  dim,
  clipNorm: 1,
  scale: 1024,
  bound: 2_000_000_000,
  sigmaNumerator: 3,
  sigmaDenominator: 1,
  bits,
});

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof SdkError) return thrown.code;
    throw thrown;
  }
  return 'accepted';
}

test('a vote decodes to the same subset, ascending, in a payload of one size per policy', () => {
  const subsets = fc
    .integer({ min: 2, max: 256 })
    .chain((cells) => fc.tuple(fc.constant(cells), fc.uniqueArray(fc.nat(cells - 1), { minLength: 1, maxLength: cells })));
  fc.assert(
    fc.property(subsets, ([cells, subset]) => {
      const bytes = encodeVotePayload(subset, cells);
      expect(bytes.length).toBe(encodeVotePayload([0], cells).length);
      expect(decodeVotePayload(bytes, vote(subset.length), cells)).toEqual([...subset].sort((a, b) => a - b));
    }),
  );
});

test('cell c is bit c mod 8 of byte c ÷ 8', () => {
  expect([...encodeVotePayload([0, 9, 31], 32)]).toEqual([1, 2, 0, 128, ...new Array<number>(12).fill(0)]);
});

describe('a vote is refused', () => {
  const refusals: readonly (readonly [string, Uint8Array, string])[] = [
    ['with one cell too few', encodeVotePayload([5], 20), 'out-of-range'],
    ['with one cell too many', encodeVotePayload([5, 6, 7], 20), 'out-of-range'],
    ['with no cell', new Uint8Array(16), 'out-of-range'],
    ['with a cell that does not exist', encodeVotePayload([5, 20], 32), 'bad-frame'],
    ['with a bit in the padding', encodeVotePayload([5, 100], 128), 'bad-frame'],
    ['in another size', new Uint8Array(32), 'bad-dimension'],
    ['with no bytes', new Uint8Array(0), 'bad-dimension'],
  ];
  test.each(refusals)('%s', (_, bytes, code) => {
    expect(codeOf(() => decodeVotePayload(bytes, vote(2), 20))).toBe(code);
  });
  test('before it is written, with a cell outside or named twice', () => {
    expect(codeOf(() => encodeVotePayload([20], 20))).toBe('out-of-range');
    expect(codeOf(() => encodeVotePayload([-1], 20))).toBe('out-of-range');
    expect(codeOf(() => encodeVotePayload([3, 3], 20))).toBe('out-of-range');
  });
});

describe.each([16, 24, 32] as const)('a vector of %i-bit integers', (bits) => {
  const limit = 2 ** (bits - 1);
  test('decodes to the same numbers', () => {
    const vectors = fc.array(fc.integer({ min: -limit + 1, max: limit - 1 }), { minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(vectors, (values) => {
        const bytes = encodeVectorPayload(Int32Array.from(values), bits);
        expect([...decodeVectorPayload(bytes, wide(values.length, bits))]).toEqual(values);
      }),
    );
  });
  test('refuses to wrap around', () => {
    if (bits === 32) return; // an Int32Array holds nothing else
    expect(codeOf(() => encodeVectorPayload(Int32Array.of(limit), bits))).toBe('out-of-range');
    expect(codeOf(() => encodeVectorPayload(Int32Array.of(-limit - 1), bits))).toBe('out-of-range');
    expect(codeOf(() => encodeVectorPayload(Int32Array.of(limit - 1, -limit), bits))).toBe('accepted');
  });
  test('has the lowest byte first', () => {
    expect([...encodeVectorPayload(Int32Array.of(0x0102), bits)].slice(0, 3)).toEqual([2, 1, 0]);
    expect([...encodeVectorPayload(Int32Array.of(-2), bits)].slice(0, 2)).toEqual([254, 255]);
  });
});

describe('a vector is refused', () => {
  const mechanism: GaussianMechanism = { ...wide(5, 32), bound: 1000, sigmaNumerator: 5, sigmaDenominator: 2 };
  test('beyond bound + 12 σ', () => {
    expect(vectorRange(mechanism)).toBe(31_000);
    expect(codeOf(() => decodeVectorPayload(encodeVectorPayload(Int32Array.of(1, 2, -31_000, 4, 5), 32), mechanism))).toBe('accepted');
    expect(codeOf(() => decodeVectorPayload(encodeVectorPayload(Int32Array.of(1, 2, -31_001, 4, 5), 32), mechanism))).toBe('out-of-range');
    expect(codeOf(() => decodeVectorPayload(encodeVectorPayload(Int32Array.of(1, 2, -(2 ** 31), 4, 5), 32), mechanism))).toBe(
      'out-of-range',
    );
  });
  test('with bytes after the last coordinate', () => {
    expect(codeOf(() => decodeVectorPayload(encodeVectorPayload(Int32Array.of(1, 2, 3, 4, 5, 6), 32), mechanism))).toBe('bad-frame');
  });
  test('in another size', () => {
    expect(codeOf(() => decodeVectorPayload(new Uint8Array(16), mechanism))).toBe('bad-dimension');
  });
});

test('the size of a payload follows from the policy alone', () => {
  expect(payloadBytes(examplePolicy())).toBe(16);
  expect(payloadBytes(exampleVectorPolicy())).toBe(32);
  const cells = Array.from({ length: 256 }, (_, cell) => ({ name: `c${cell}`, share: 1 / 256 }));
  expect(payloadBytes(examplePolicy({ block: { kind: 'taste', cells } }))).toBe(32);
  expect(codeOf(() => payloadBytes({ ...examplePolicy(), block: exampleVectorPolicy().block }))).toBe('invalid-options');
});

test('the default Gaussian fits its 16 bits with 12 standard deviations to spare', () => {
  const { mechanism } = exampleVectorPolicy();
  expect(vectorRange(mechanism as GaussianMechanism)).toBeLessThan(2 ** 15 - 1);
});
