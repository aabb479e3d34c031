import { describe, expect, test } from 'vitest';
import { gaussianEpsilon } from '../../core/privacy/exact-gaussian.js';
import { seededRandom } from '../../core/random.js';
import { generateKeyPair } from '../../wire/hpke.js';
import { streamBits } from '../conformance/stream-bits.js';
import { atLeast, epsilonOf, separationOf } from './bounded-rates.js';
import { openedReport } from './devices.js';
import { certain } from './finding.js';
import { shippedPolicies } from './policies.js';
import { reportsForNoise, seenNoise, seenNoiseByEpsilon } from './power.js';
import { normalCdf, normalQuantile } from './normal.js';
import { profileOfCell, profileOfVector } from './profiles.js';
import { printAudit } from './report.js';
import { FALSE_ALARM, isBeaten, runAudit } from './run-audit.js';
import { bestEvent, drawSample, ratesOf } from './two-worlds.js';

const { publicKey } = await generateKeyPair();
const [taste, , facets] = shippedPolicies(publicKey);

describe('what a pair of rates shows', () => {
  test('pure ε is the ratio, δ is taken off first, and nothing is shown by less than δ', () => {
    expect(epsilonOf(0.54, 0.01, 0)).toBeCloseTo(Math.log(54), 12);
    expect(epsilonOf(0.3, 0.1, 0.1)).toBeCloseTo(Math.log(2), 12);
    expect(epsilonOf(0.1, 0.001, 0.1)).toBe(-Infinity);
  });

  test('a Gaussian three standard deviations away is three away at any threshold', () => {
    // Φ(1.5), Φ(−1.5); Φ(−0.5), Φ(−3.5), from tables
    expect(separationOf(0.933192799, 0.066807201)).toBeCloseTo(3, 5);
    expect(separationOf(0.308537539, 0.000232629)).toBeCloseTo(3, 5);
  });

  test('the bound lies below the estimate, and closer with more reports', () => {
    const bound = (reports: number) =>
      atLeast({ hits: 0.6 * reports, falseHits: 0.2 * reports, reports }, 1e-8, (p, q) => epsilonOf(p, q, 0));
    expect(bound(1_000)).toBeLessThan(bound(100_000));
    expect(bound(100_000)).toBeLessThan(Math.log(3));
    expect(bound(100_000)).toBeGreaterThan(Math.log(2.8));
  });
});

describe('the two-world test', () => {
  const cells = taste!.block.kind === 'taste' ? taste!.block.cells : [];

  test('the event that it chooses for a vote is the one whose ratio is e^ε', () => {
    const lean = ([report]: readonly (readonly number[])[]) => report![0]! - report![31]!;
    const pair = { name: '', first: [profileOfCell(cells[0]!.name)], second: [profileOfCell(cells[31]!.name)], statistics: [lean] };
    const sample = drawSample(taste!, pair, 4_000, streamBits(3));
    const shown = (p: number, q: number) => epsilonOf(p, q, 0);
    const { hits, falseHits } = ratesOf(sample, bestEvent(sample, 4_000, 1e-6, shown));
    // Own cell 54/85 of 4,000 = 2,541 ± 30, the other one 1/85 of 4,000 = 47 ± 7: six standard deviations each way
    expect(Math.abs(hits - 2_541)).toBeLessThan(183);
    expect(Math.abs(falseHits - 47)).toBeLessThan(42);
  });

  test('counts “at least” and “at most” with their end', () => {
    const sample = [[Float64Array.of(-1, 0, 0, 1), Float64Array.of(0, 0, 1, 1)]] as const;
    const count = (side: 'at least' | 'at most', world: 0 | 1) => ratesOf(sample, { statistic: 0, world, side, threshold: 0 });
    expect(count('at least', 0)).toEqual({ hits: 3, falseHits: 4, reports: 4 });
    expect(count('at most', 1)).toEqual({ hits: 2, falseHits: 3, reports: 4 });
  });

  test('hostile profiles reach the shipped pipeline: both signs, and beyond the clip', () => {
    if (facets!.block.kind !== 'vector') throw new Error('a vector policy is expected');
    const { names } = facets!.block;
    const mean = (value: number): number => {
      const profile = profileOfVector(
        names.map((_, row) => (row === 3 ? value : 0)),
        names,
      );
      const bits = streamBits(5);
      let sum = 0;
      for (let at = 0; at < 3_000; at++) sum += openedReport(facets!, profile, bits)[3]!;
      return sum / 3_000;
    };
    // ±1,024 grid units; the mean of 3,000 has σ = 2,447 / √3,000 = 45: six are 268
    for (const value of [1, 9]) expect(Math.abs(mean(value) - 1_024)).toBeLessThan(268);
    for (const value of [-1, -9]) expect(Math.abs(mean(value) + 1_024)).toBeLessThan(268);
  });
});

describe('power', () => {
  const separation = 2 / 2.387;
  test('noise a tenth too small needs tens of thousands of reports, twice too small a few hundred', () => {
    const test = { separation, alpha: 1e-8 };
    expect(reportsForNoise(test, 0.9)).toBeGreaterThan(30_000);
    expect(reportsForNoise(test, 0.9)).toBeLessThan(50_000);
    expect(reportsForNoise(test, 0.5)).toBeLessThan(1_500);
    expect(seenNoise(test, reportsForNoise(test, 0.9))).toBeCloseTo(0.9, 3);
  });

  test('the stated number of reports finds σ × 0.9 in 99 of 100 runs', () => {
    const alpha = 1e-8;
    const reports = reportsForNoise({ separation, alpha }, 0.9);
    const random = seededRandom(9);
    const error = normalCdf(-separation / 0.9 / 2);
    const drawCount = (rate: number): number =>
      Math.round(reports * rate + Math.sqrt(reports * rate * (1 - rate)) * normalQuantile(random.nextUnit()));
    let missed = 0;
    for (let run = 0; run < 400; run++) {
      const shown = atLeast({ hits: drawCount(1 - error), falseHits: drawCount(error), reports }, alpha, separationOf);
      if (shown <= separation) missed++;
    }
    // Poisson of mean 4: above 17 with chance 5e-7
    expect(missed).toBeLessThan(18);
  });

  test('a bound that knows nothing of Gaussians sees less', () => {
    const test = { separation, alpha: 1e-8 };
    const claim = gaussianEpsilon(2.387 / 2, 1e-6);
    expect(seenNoiseByEpsilon(test, 50_000, 1e-6, claim)).toBeLessThan(seenNoise(test, 50_000));
  });
});

describe('the whole audit', () => {
  test('every claim that ships holds, the false alarms of all rows stay below one in a million, and the table says so', async () => {
    const results = await runAudit({ reports: 400, seeds: [1, 2] });
    expect(isBeaten(results)).toBe(false);
    expect(results).toHaveLength(6);
    const falseAlarms = results.flatMap(({ findings }) => findings.map(({ falseAlarm }) => falseAlarm));
    expect(falseAlarms.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(FALSE_ALARM);
    const lines: string[] = [];
    printAudit(results, 400, (line) => lines.push(line));
    expect(lines.join('\n')).toContain('Every claim holds against every attack.');
    for (const word of ['two worlds', 'forged cohort', 'replay', 'canaries', 'ε 3.99', 'ε 4.28']) expect(lines.join('\n')).toContain(word);
  }, 60_000);

  test('a figure above its limit beats the claim, and the run', () => {
    const finding = certain('replay', 'times', 2, 1);
    expect(finding.verdict).toBe('beaten');
    expect(isBeaten([{ policy: taste!, seed: 1, findings: [certain('replay', 'times', 1, 1), finding] }])).toBe(true);
    const lines: string[] = [];
    printAudit([{ policy: taste!, seed: 1, findings: [finding] }], 1, (line) => lines.push(line));
    expect(lines.at(-1)).toBe('A claim does not hold.');
  });
});
