import { expect, test } from 'vitest';
import { secureBits, seededRandom } from './random.js';

test('asks for 64 KiB at a time and uses every bit once, low bits of a byte first', () => {
  const asked: number[] = [];
  const bits = secureBits((bytes) => {
    asked.push(bytes.length);
    bytes.fill(0b1010_0101);
  });
  expect([bits.nextBits(4), bits.nextBits(4), bits.nextBits(8), bits.nextBits(3)]).toEqual([0b0101, 0b1010, 0b1010_0101, 0b101]);
  expect(asked).toEqual([65_536]);
});

test('uses every bit once, however the counts fall: 64 KiB last for exactly 524,288 bits', () => {
  let fills = 0;
  const bits = secureBits((bytes) => {
    fills++;
    bytes.fill(0b0101_0101);
  });
  let taken = 0;
  let ones = 0;
  for (let turn = 0; taken + 32 <= 524_288; turn++) {
    const count = 1 + ((turn * 7) % 32);
    for (let rest = bits.nextBits(count); rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
    taken += count;
  }
  if (taken < 524_288)
    ones += (
      bits
        .nextBits(524_288 - taken)
        .toString(2)
        .match(/1/g) ?? []
    ).length;
  expect({ fills, ones }).toEqual({ fills: 1, ones: 262_144 });
  bits.nextBits(1);
  expect(fills).toBe(2);
});

test('gives 32 bits as an unsigned number', () => {
  const bits = secureBits((bytes) => bytes.fill(0xff));
  expect(bits.nextBits(32)).toBe(4_294_967_295);
});

test('refuses counts that are no bits', () => {
  const bits = secureBits((bytes) => bytes.fill(0));
  for (const count of [0, 33, 1.5, Number.NaN]) expect(() => bits.nextBits(count)).toThrow(RangeError);
});

test('replays the same numbers for the same seed and others for another', () => {
  const draw = (seed: number): number[] => Array.from({ length: 5 }, seededRandom(seed).nextUint32);
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('units fill [0, 1) evenly: 1e5 draws in 10 cells, chi-square below its 1e-6 quantile for 9 degrees', () => {
  const random = seededRandom(42);
  const cells = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) cells[Math.floor(random.nextUnit() * 10)]!++;
  const chiSquare = cells.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(chiSquare).toBeLessThan(44.8);
});
