import { gaussianEpsilon, gaussianSigma } from './exact-gaussian.js';
import { rdpEpsilon, rdpOrders, zcdpEpsilonSimple } from './rdp.js';

/** Several Gaussian releases about one user are one Gaussian release with the inverse variances summed. */

export interface GaussianPart {
  /** Noise std / L2 sensitivity. */
  readonly sigma: number;
  /** Releases. */
  readonly count: number;
}

export interface GaussianComposition {
  /** Noise std / sensitivity of the one equal release. */
  readonly effectiveSigma: number;
  readonly rho: number;
  readonly epsilonExact: number;
  readonly epsilonRdp: number;
  readonly rdpBestOrder: number;
  readonly epsilonZcdpSimple: number;
}

export function composeGaussians(
  parts: readonly GaussianPart[],
  dpDelta: number,
  orders: readonly number[] = rdpOrders,
): GaussianComposition {
  const precision = parts.reduce((sum, { sigma, count }) => sum + count / (sigma * sigma), 0);
  const rho = precision / 2;
  const effectiveSigma = 1 / Math.sqrt(precision);
  const { epsilon, order } = rdpEpsilon(
    orders.map((alpha) => rho * alpha),
    dpDelta,
    orders,
  );
  return {
    effectiveSigma,
    rho,
    epsilonExact: gaussianEpsilon(effectiveSigma, dpDelta),
    epsilonRdp: epsilon,
    rdpBestOrder: order,
    epsilonZcdpSimple: zcdpEpsilonSimple(rho, dpDelta),
  };
}

/** Noise per release so that all releases of one user together are (ε, δ) private; exact, no amplification. */
export function userBudget(
  releases: number,
  epsilonTotal: number,
  dpDelta: number,
): { readonly sigmaPerRelease: number; readonly rhoTotal: number; readonly rhoPerRelease: number } {
  const sigmaOfOne = gaussianSigma(epsilonTotal, dpDelta);
  const rhoTotal = 0.5 / (sigmaOfOne * sigmaOfOne);
  return { sigmaPerRelease: sigmaOfOne * Math.sqrt(releases), rhoTotal, rhoPerRelease: rhoTotal / releases };
}
