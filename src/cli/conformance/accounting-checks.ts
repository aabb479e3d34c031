import { addShare, leaderShare, openShares } from '../../core/privacy/additive-shares.js';
import { bandedFactorisation } from '../../core/privacy/banded-factorisation.js';
import { distributedGaussian, expectUsable } from '../../core/privacy/distributed-gaussian.js';
import { gaussianEpsilon } from '../../core/privacy/exact-gaussian.js';
import { rejectionNormSquared, smallestRejectedNorm } from '../../core/privacy/norm-filter.js';
import { auditEpsilon, auditPValue } from '../../core/privacy/one-run-audit.js';
import { rdpEpsilon, zcdpEpsilon } from '../../core/privacy/rdp.js';
import { sampledGaussianEpsilon } from '../../core/privacy/sampled-gaussian-loss.js';
import { sampledGaussianRdp } from '../../core/privacy/sampled-gaussian.js';
import { restartedTreeSensitivity, treeHeight, treeSensitivity } from '../../core/privacy/tree-aggregation.js';
import { near, relative, same, type CheckContext, type Loose, type Topic } from './topic.js';

/** Topics beyond what the default policies need: sub-sampling, streams of releases, aggregators, audits. */
export const accountingTopics: readonly Topic[] = [
  { name: 'subsampled-gaussian', recognises: (input) => 'q' in input && 'steps' in input, check: checkSampled },
  { name: 'tree-aggregation', recognises: (input) => 'sigma_node' in input, check: checkTree },
  { name: 'banded-factorisation', recognises: (input) => 'bands' in input, check: checkBanded },
  { name: 'distributed-discrete-gaussian', recognises: (input) => 'central_noise_multiplier' in input, check: checkDistributed },
  { name: 'one-run-audit', recognises: (input) => 'canaries' in input, check: checkAudit },
  { name: 'additive-shares', recognises: (input) => 'modulus_bits' in input, check: checkShares },
  { name: 'norm-filter', recognises: (input) => 'false_reject' in input, check: checkNormFilter },
];

/** The README asks 1e-6 of Rényi figures; a PLD answer lies in [lower, max(1.01 upper, upper + 1e-3)]. */
function checkSampled(input: Loose, expected: Loose, { file }: CheckContext): readonly string[] {
  const step = { sigma: input.sigma, samplingRate: input.q };
  const tolerance = 1e-6;
  const epsilonAt = (orders: readonly number[]): ReturnType<typeof rdpEpsilon> =>
    rdpEpsilon(
      orders.map((order) => input.steps * sampledGaussianRdp(step, order)),
      input.delta,
      orders,
    );
  const all = epsilonAt(file.rdp_orders!);
  const whole = epsilonAt(file.rdp_integer_orders!);
  const pld = sampledGaussianEpsilon(step, input.steps, input.delta);
  const most = Math.max(1.01 * expected.epsilon_pld_upper, expected.epsilon_pld_upper + 1e-3);
  return [
    ...Object.entries<number>(expected.rdp_one_step).flatMap(([order, value]) =>
      near(`rdp at ${order}`, sampledGaussianRdp(step, Number(order)), value, tolerance),
    ),
    ...near('epsilon_rdp', all.epsilon, expected.epsilon_rdp, tolerance),
    ...same('rdp_best_order', all.order, expected.rdp_best_order),
    ...near('epsilon_rdp_integer_orders', whole.epsilon, expected.epsilon_rdp_integer_orders, tolerance),
    ...same('rdp_best_integer_order', whole.order, expected.rdp_best_integer_order),
    ...(pld < expected.epsilon_pld_lower
      ? [`PRIVACY BUG: epsilon_pld is ${pld}, below the lower bound ${expected.epsilon_pld_lower}`]
      : []),
    ...(pld > most ? [`epsilon_pld is ${pld}, at most ${most} is accepted`] : []),
  ];
}

function checkTree(input: Loose, expected: Loose, { file }: CheckContext): readonly string[] {
  const tolerance = relative(file, 1e-9);
  const isRestarted = 'steps_per_tree' in input;
  const squared = isRestarted
    ? restartedTreeSensitivity(input.steps_per_tree, input.epochs)
    : treeSensitivity(input.steps, input.max_participations, input.min_separation);
  const rho = squared / (2 * input.sigma_node ** 2);
  return [
    ...(isRestarted ? same('tree_height', treeHeight(input.steps_per_tree), expected.tree_height) : []),
    ...same('sensitivity_squared', squared, expected.sensitivity_squared),
    ...near('rho_zcdp', rho, expected.rho_zcdp, tolerance),
    ...(expected.epsilon_rdp === undefined ? [] : near('epsilon_rdp', zcdpEpsilon(rho, input.delta), expected.epsilon_rdp, tolerance)),
    ...near(
      'epsilon_exact_gaussian',
      gaussianEpsilon(input.sigma_node / Math.sqrt(squared), input.delta),
      expected.epsilon_exact_gaussian,
      tolerance,
    ),
  ];
}

function checkBanded(input: Loose, expected: Loose, { file }: CheckContext): readonly string[] {
  const tolerance = relative(file, 1e-8);
  const got = bandedFactorisation(input.steps, input.bands, input.max_participations, input.min_separation);
  return [
    ...expected.coefficients_head.flatMap((value: number, at: number) => near(`coefficient ${at}`, got.coefficients[at], value, tolerance)),
    ...near('column_norm_squared', got.columnNormSquared, expected.column_norm_squared, tolerance),
    ...near('sensitivity_squared', got.sensitivitySquared, expected.sensitivity_squared, tolerance),
    ...near('rmse_per_unit_rho_half', got.rmse, expected.rmse_per_unit_rho_half, tolerance),
    ...near('max_rmse', got.maxRmse, expected.max_rmse, tolerance),
    ...near('independent_noise_rmse', got.independentRmse, expected.independent_noise_rmse, tolerance),
  ];
}

function checkDistributed(input: Loose, expected: Loose, { file }: CheckContext): readonly string[] {
  const tolerance = relative(file, 1e-9);
  const got = distributedGaussian(
    {
      clients: input.clients,
      dimension: input.dimension,
      bits: input.bits,
      l2Clip: input.l2_clip,
      centralNoiseMultiplier: input.central_noise_multiplier,
      stddevs: input.k_stddevs,
      beta: input.beta,
      dpDelta: input.delta,
    },
    file.rdp_orders!,
  );
  return [
    ...same('modulus', got.modulus, expected.modulus),
    ...near('scale', got.scale, expected.scale, tolerance),
    ...near('granularity', got.granularity, expected.granularity, tolerance),
    ...near('local_std_grid_units', got.localStdGrid, expected.local_std_grid_units, tolerance),
    ...near('conditional_rounding_l2_bound_grid', got.roundedBoundGrid, expected.conditional_rounding_l2_bound_grid, tolerance),
    ...near('sensitivity_inflation', got.sensitivityInflation, expected.sensitivity_inflation, tolerance),
    ...near('tau', got.tau, expected.tau, tolerance),
    ...near('epsilon_rdp', got.epsilonRdp, expected.epsilon_rdp, tolerance),
    ...same('rdp_best_order', got.rdpBestOrder, expected.rdp_best_order),
    ...near('epsilon_if_continuous_gaussian', got.epsilonContinuous, expected.epsilon_if_continuous_gaussian, tolerance),
    ...same('usable', String(got.isUsable), String(expected.usable)),
    ...(refuses(() => expectUsable(got)) === expected.usable ? ['an unusable setting must be refused, a usable one accepted'] : []),
    ...same('packed_bytes_per_client', got.packedBytes, expected.packed_bytes_per_client),
    ...near('wrap_probability_bound', got.wrapProbability, expected.wrap_probability_bound, tolerance),
  ];
}

function checkAudit(input: Loose, expected: Loose, { file }: CheckContext): readonly string[] {
  const tolerance = file.tolerance?.absolute ?? 1e-6;
  return [
    ...close('epsilon_lower_bound', auditEpsilon(input, input.delta, input.confidence), expected.epsilon_lower_bound, tolerance),
    ...close('p_value_at_epsilon_1', auditPValue(input, 1, input.delta), expected.p_value_at_epsilon_1, tolerance),
  ];
}

function checkShares(input: Loose, expected: Loose): readonly string[] {
  const bits: number = input.modulus_bits;
  const helpers: Uint32Array[] = input.helper_shares.map((share: number[]) => Uint32Array.from(share));
  const leaders: Uint32Array[] = input.vectors.map((vector: number[], at: number) =>
    leaderShare(Int32Array.from(vector), helpers[at]!, bits),
  );
  const sumOf = (shares: readonly Uint32Array[]): Uint32Array => {
    const sum = new Uint32Array(shares[0]!.length);
    for (const share of shares) addShare(sum, share, bits);
    return sum;
  };
  const leaderSum = sumOf(leaders);
  const helperSum = sumOf(helpers);
  return [
    ...leaders.flatMap((share, at) => same(`leader share ${at}`, share.join(' '), expected.leader_shares[at].join(' '))),
    ...same('leader_sum', leaderSum.join(' '), expected.leader_sum.join(' ')),
    ...same('helper_sum', helperSum.join(' '), expected.helper_sum.join(' ')),
    ...same('opened_sum_signed', openShares(leaderSum, helperSum, bits).join(' '), expected.opened_sum_signed.join(' ')),
  ];
}

function checkNormFilter(input: Loose, expected: Loose, { file }: CheckContext): readonly string[] {
  const tolerance = relative(file, 1e-3);
  const vector = { dimension: input.dimension, std: input.std, l2Clip: input.l2_clip };
  return [
    ...near('threshold_norm_squared', rejectionNormSquared(vector, input.false_reject), expected.threshold_norm_squared, tolerance),
    ...near(
      'smallest_attack_norm_rejected_half_the_time',
      smallestRejectedNorm(vector, input.false_reject),
      expected.smallest_attack_norm_rejected_half_the_time,
      tolerance,
    ),
  ];
}

function close(name: string, got: number, expected: number, tolerance: number): readonly string[] {
  return Math.abs(got - expected) <= tolerance ? [] : [`${name} is ${got}, expected ${expected} (absolute ${tolerance})`];
}

function refuses(attempt: () => void): boolean {
  try {
    attempt();
    return false;
  } catch {
    return true;
  }
}
