import { composeGaussians, userBudget } from '../../core/privacy/composition.js';
import { gaussianEpsilon, gaussianSigma } from '../../core/privacy/exact-gaussian.js';
import { meanErrors } from '../../core/privacy/predicted-error.js';
import { rational, toNumber } from '../../core/privacy/rational.js';
import { analyseVote, estimatorVariance, inclusionProbability } from '../../core/privacy/subset-selection.js';
import {
  discreteGaussianPmf,
  discreteLaplacePmf,
  gaussianSampler,
  laplaceSampler,
  pmfCdf,
  pmfVariance,
  rejectedTests,
  rejectsBernoulliExp,
} from './sampler-check.js';
import { accountingTopics } from './accounting-checks.js';
import { streamBits } from './stream-bits.js';
import { near, relative, same, type CheckContext, type Loose, type Topic } from './topic.js';

/** One check per topic of the reference vectors. A check answers what differs; an empty list is a pass. */

export const topics: readonly Topic[] = [
  {
    name: 'gaussian-exact',
    recognises: (input, expected) =>
      ('std' in input && 'epsilon' in expected) || ('epsilon' in input && 'std' in expected && !('clients' in input)),
    check: (input, expected, { file }) => {
      const tolerance = relative(file, 1e-9);
      return 'epsilon' in expected
        ? near('epsilon', gaussianEpsilon(input.std / input.l2_sensitivity, input.delta), expected.epsilon, tolerance)
        : near('std', gaussianSigma(input.epsilon, input.delta) * input.l2_sensitivity, expected.std, tolerance);
    },
  },
  {
    name: 'gaussian-composition',
    recognises: (input) => 'parts' in input,
    check: (input, expected, { file }) => {
      const got = composeGaussians(input.parts, input.delta, file.rdp_orders);
      const tolerance = relative(file, 1e-9);
      return [
        ...near('effective_sigma', got.effectiveSigma, expected.effective_sigma, tolerance),
        ...near('rho_zcdp', got.rho, expected.rho_zcdp, tolerance),
        ...near('epsilon_exact', got.epsilonExact, expected.epsilon_exact, tolerance),
        ...near('epsilon_rdp', got.epsilonRdp, expected.epsilon_rdp, tolerance),
        ...near('epsilon_zcdp_simple', got.epsilonZcdpSimple, expected.epsilon_zcdp_simple, tolerance),
        ...same('rdp_best_order', got.rdpBestOrder, expected.rdp_best_order),
      ];
    },
  },
  {
    name: 'local-vs-distributed',
    recognises: (input, expected) => 'clients' in input && 'rel_l2_error_local' in expected,
    check: (input, expected, { file }) => {
      const got = meanErrors(input.clients, input.dimension, input.epsilon, input.delta, input.l2_clip);
      const tolerance = relative(file, 1e-7);
      return [
        ...near('std', got.std, expected.std, tolerance),
        ...near('rel_l2_error_local', got.local, expected.rel_l2_error_local, tolerance),
        ...near('rel_l2_error_central_or_distributed', got.central, expected.rel_l2_error_central_or_distributed, tolerance),
        ...near('rel_l2_error_two_server_each_full_noise', got.twoServers, expected.rel_l2_error_two_server_each_full_noise, tolerance),
        ...near('clients_local_needs_for_same_error', got.localClientsForSameError, expected.clients_local_needs_for_same_error, tolerance),
      ];
    },
  },
  { name: 'samplers', recognises: (input) => 'distribution' in input, check: checkSampler },
  {
    name: 'user-budget',
    recognises: (input) => 'releases' in input && 'epsilon_total' in input,
    check: (input, expected, { file }) => {
      const got = userBudget(input.releases, input.epsilon_total, input.delta);
      const tolerance = relative(file, 1e-7);
      return [
        ...near('std_per_release', got.sigmaPerRelease, expected.std_per_release, tolerance),
        ...near('rho_total', got.rhoTotal, expected.rho_total, tolerance),
        ...near('rho_per_release', got.rhoPerRelease, expected.rho_per_release, tolerance),
      ];
    },
  },
  { name: 'subset-selection', recognises: (input) => 'J' in input && 'w' in input, check: checkVote },
  ...accountingTopics,
];

function checkVote(input: Loose, expected: Loose, { file }: CheckContext): readonly string[] {
  const analysis = analyseVote(input.J, { subsetSize: input.w, keepNumerator: input.p[0], keepDenominator: input.p[1] });
  const inclusions = input.population_share.map(([above, below]: [number, number]) =>
    inclusionProbability(rational(above, below), analysis),
  );
  const variances = inclusions.map((inclusion: Loose) => toNumber(estimatorVariance(inclusion, input.n, analysis)));
  const tolerance = relative(file, 1e-12);
  const mayRoundUp = file.tolerance?.epsilon_may_be_rounded_up_by ?? 0;
  const epsilonExcess = analysis.epsilon - expected.epsilon;
  const ratio = analysis.likelihoodRatio;
  return [
    ...same('likelihood_ratio', `${ratio.numerator}/${ratio.denominator}`, reduced(expected.likelihood_ratio)),
    ...same('q', `${analysis.q.numerator}/${analysis.q.denominator}`, reduced(expected.q)),
    ...(epsilonExcess >= 0 && epsilonExcess <= mayRoundUp ? [] : near('epsilon', analysis.epsilon, expected.epsilon, tolerance)),
    ...same('delta', 0, expected.delta),
    ...same('adjacency', 'replacement', expected.adjacency),
    ...expected.cell_inclusion_probability.flatMap((value: number, cell: number) =>
      near(`inclusion of cell ${cell}`, toNumber(inclusions[cell]), value, tolerance),
    ),
    ...expected.estimator_variance.flatMap((value: number, cell: number) =>
      near(`variance of cell ${cell}`, variances[cell], value, tolerance),
    ),
    ...near('noise_l2', Math.sqrt(variances.reduce((sum: number, value: number) => sum + value, 0)), expected.noise_l2, tolerance),
  ];
}

function checkSampler(input: Loose, expected: Loose, { draws }: CheckContext): readonly string[] {
  const bits = streamBits(draws);
  switch (input.distribution) {
    case 'bernoulli_exp_minus':
      return [
        ...near('p', Math.exp(-input.x), expected.p, 1e-12),
        ...(rejectsBernoulliExp(input.x, draws, bits) ? [`${draws} coins of exp(−${input.x}) are too far from ${expected.p}`] : []),
      ];
    case 'discrete_gaussian':
    case 'discrete_laplace': {
      const isGaussian = input.distribution === 'discrete_gaussian';
      const pmf = isGaussian ? discreteGaussianPmf(input.sigma_squared) : discreteLaplacePmf(input.scale);
      const sampler = isGaussian ? gaussianSampler(input.sigma_squared) : laplaceSampler(input.scale);
      return [
        ...Object.entries<number>(expected.pmf).flatMap(([y, value]) => near(`pmf(${y})`, pmf.half[Number(y)]!, value, 1e-9)),
        ...Object.entries<number>(expected.cdf ?? {}).flatMap(([y, value]) => near(`cdf(${y})`, pmfCdf(pmf, Number(y)), value, 1e-9)),
        ...near('variance', pmfVariance(pmf), expected.variance, 1e-9),
        ...rejectedTests(sampler, pmf, draws, bits),
      ];
    }
    default:
      return [`unknown distribution ${input.distribution}`];
  }
}

function reduced([above, below]: readonly [number, number]): string {
  const { numerator, denominator } = rational(above, below);
  return `${numerator}/${denominator}`;
}
