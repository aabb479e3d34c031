import { describe, expect, test } from 'vitest';
import { accusedSeeds, findMutant, main, privacySources } from './audit-mutants.js';
import { floatNoise } from './audit/float-noise.js';
import { mutants } from './audit/mutants.js';
import { applyPatch } from './audit/patched-audit.js';

/** The small size: what it takes to see these two with power above 0.99; false alarms below 1e-6 in all. */
const REPORTS = 2_000;
const named = (name: string) => mutants.find((mutant) => mutant.name === name)!;

describe('the audit, small size', () => {
  test('accuses no clean build', async () => {
    expect(await accusedSeeds(1, REPORTS)).toEqual([]);
  }, 120_000);

  test.each(['σ / 2', 'p × 1.1'])(
    'finds the mutant %s',
    async (name) => {
      expect(await findMutant(named(name), REPORTS)).toContain(named(name).by);
    },
    120_000,
  );
});

describe('noise is drawn in whole numbers', () => {
  test('in every file of the folder', async () => {
    expect(floatNoise(await privacySources([]))).toEqual([]);
  });

  test.each(mutants.filter(({ by }) => by === 'static'))('not so with $name', async (mutant) => {
    expect(floatNoise(await privacySources(mutant.patches))).not.toEqual([]);
  });

  test('comments may speak of what code may not do; a file that has moved is missed', () => {
    const sources = new Map([['uniform.ts', '/** never Math.random */ // 0.5\nconst half = n / 2;']]);
    const offences = floatNoise(sources);
    expect(offences.filter((offence) => offence.startsWith('uniform'))).toEqual([]);
    expect(offences.filter((offence) => offence.includes('not found'))).toHaveLength(3);
    expect(floatNoise(new Map([['uniform.ts', 'const half = 0.5 * Math.cos(x);']]))).toEqual(
      expect.arrayContaining(['uniform.ts: Math.cos', 'uniform.ts: 0.5']),
    );
  });
});

test('a patch whose place is gone, or not alone, is refused', () => {
  const patch = { file: 'x.ts', find: 'b', replace: 'c' };
  expect(applyPatch('abd', patch)).toBe('acd');
  expect(() => applyPatch('ad', patch)).toThrow(/x\.ts: expected once, found 0/);
  expect(() => applyPatch('abb', patch)).toThrow(/found 2/);
});

test.runIf(process.env['HOMEBODY_FULL'] === '1')(
  'full size: 20 of 20 clean seeds pass, every mutant is found',
  async () => {
    expect(await main([])).toBe(0);
  },
  3_600_000,
);
