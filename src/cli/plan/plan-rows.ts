import { userBudget } from '../../core/privacy/composition.js';
import { gaussianSigma } from '../../core/privacy/exact-gaussian.js';
import { zcdpEpsilon } from '../../core/privacy/rdp.js';
import { analyseVote, voteNoiseL2 } from '../../core/privacy/subset-selection.js';
import type { VoteTerms } from '../../core/federated/round-policy.js';

export interface PlanQuestion {
  readonly epsilons: readonly number[];
  /** J of taste votes. */
  readonly cells: readonly number[];
  /** d of local vectors. */
  readonly dims: readonly number[];
  /** d of vectors in split mode. */
  readonly splitDims: readonly number[];
  readonly dpDelta: number;
  /** Releases of one device that share the ε of split mode. */
  readonly releases: number;
  readonly wantedError: number;
  readonly devices: number | null;
  readonly voteSignal: number;
  readonly vectorSignal: number;
  readonly gradientSignal: number;
}

/** Everything a predicted error is made of: noise of one report / (bound · m · √n), or / n where noise is added to the sum. */
export interface PlanRow {
  readonly mode: 'vote' | 'local' | 'split';
  /** J or d. */
  readonly size: number;
  readonly epsilonAsked: number;
  /** By the accountant of the claim; for a Gaussian above what the continuous curve of the plan says. */
  readonly epsilonClaimed: number;
  /** In words: `w = 1, p = 54/85` or `σ = 2.387·B`. */
  readonly mechanism: string;
  /** L2, 1 for a histogram and a clipped vector. */
  readonly bound: 1;
  /** m */
  readonly signal: number;
  /** L2 of the noise at one device. */
  readonly noiseOfOne: number;
  readonly devicesNeeded: number;
  readonly errorAtDevices: number | null;
}

export function planRows(question: PlanQuestion): readonly PlanRow[] {
  return question.epsilons.flatMap((epsilon) => [
    ...question.cells.map((size) => voteRow(size, epsilon, question)),
    ...question.dims.map((size) => localRow(size, epsilon, question)),
    ...question.splitDims.map((size) => splitRow(size, epsilon, question)),
  ]);
}

function voteRow(cells: number, epsilon: number, question: PlanQuestion): PlanRow {
  const terms = bestVote(cells, epsilon);
  const { subsetSize, keepNumerator, keepDenominator } = terms;
  return finished(question, {
    mode: 'vote',
    size: cells,
    epsilonAsked: epsilon,
    epsilonClaimed: analyseVote(cells, terms).epsilon,
    mechanism: `w = ${subsetSize}, p = ${keepNumerator}/${keepDenominator}`,
    signal: question.voteSignal,
    noiseOfOne: voteNoiseL2(cells, 1, terms),
    fallsWith: 0.5,
  });
}

/** Noise on every report; replacement doubles the sensitivity. */
function localRow(dim: number, epsilon: number, question: PlanQuestion): PlanRow {
  const sigma = 2 * gaussianSigma(epsilon, question.dpDelta);
  return finished(question, {
    mode: 'local',
    size: dim,
    epsilonAsked: epsilon,
    epsilonClaimed: zcdpEpsilon(2 / (sigma * sigma), question.dpDelta),
    mechanism: `σ = ${sigma.toFixed(3)}·B`,
    signal: question.vectorSignal,
    noiseOfOne: sigma * Math.sqrt(dim),
    fallsWith: 0.5,
  });
}

/** Each of two aggregators adds all of the noise to the sum; ε counts the honest one's only. */
function splitRow(dim: number, epsilon: number, question: PlanQuestion): PlanRow {
  const { sigmaPerRelease, rhoTotal } = userBudget(question.releases, epsilon, question.dpDelta);
  return finished(question, {
    mode: 'split',
    size: dim,
    epsilonAsked: epsilon,
    epsilonClaimed: zcdpEpsilon(rhoTotal, question.dpDelta),
    mechanism: `σ = ${sigmaPerRelease.toFixed(3)}·B at each`,
    signal: question.gradientSignal,
    noiseOfOne: Math.SQRT2 * sigmaPerRelease * Math.sqrt(dim),
    fallsWith: 1,
  });
}

type Unfinished = Omit<PlanRow, 'bound' | 'devicesNeeded' | 'errorAtDevices'> & {
  /** Noise falls with n to this power. */
  readonly fallsWith: 0.5 | 1;
};

function finished({ wantedError, devices }: PlanQuestion, { fallsWith, ...row }: Unfinished): PlanRow {
  const errorAt = (n: number): number => row.noiseOfOne / (row.signal * n ** fallsWith);
  return {
    ...row,
    bound: 1,
    // The tolerance keeps an exact power from being rounded up.
    devicesNeeded: Math.ceil((errorAt(1) / wantedError) ** (1 / fallsWith) * (1 - 1e-12)),
    errorAtDevices: devices === null ? null : errorAt(devices),
  };
}

/** p is written in ten-thousandths. */
const KEEP_DENOMINATOR = 10_000;

/** The subset size and the probability (rounded down, so ε is not above the one asked) with the least noise. */
export function bestVote(cells: number, epsilon: number): VoteTerms {
  const candidates = Array.from({ length: Math.max(1, Math.floor(cells / 2)) }, (_, at): VoteTerms => {
    const subsetSize = at + 1;
    const odds = (Math.exp(epsilon) * subsetSize) / (cells - subsetSize);
    const keepNumerator = Math.floor((odds / (1 + odds)) * KEEP_DENOMINATOR);
    return { kind: 'vote', subsetSize, keepNumerator, keepDenominator: KEEP_DENOMINATOR };
  }).filter(({ subsetSize, keepNumerator }) => keepNumerator * cells > subsetSize * KEEP_DENOMINATOR && keepNumerator < KEEP_DENOMINATOR);
  if (candidates.length === 0) throw new Error(`no vote over ${cells} cells has ε ${epsilon} with p in ten-thousandths; ask for 0.05 to 6`);
  return candidates.reduce((best, each) => (voteNoiseL2(cells, 1, each) < voteNoiseL2(cells, 1, best) ? each : best));
}
