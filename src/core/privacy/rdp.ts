import { SdkError } from '../errors.js';

/** Rényi accounting of Gaussians, the discrete one included: order α costs ρ·α with ρ = Δ²/(2σ²) (zCDP). */

/** 1.1, 1.2 … 10.9, 11 … 63, 128, 256, 512, 1024: the orders of the reference vectors. Any order gives a valid bound. */
export const rdpOrders: readonly number[] = [
  ...Array.from({ length: 99 }, (_, at) => (11 + at) / 10),
  ...Array.from({ length: 53 }, (_, at) => 11 + at),
  128,
  256,
  512,
  1024,
];

/**
 * ε at δ from Rényi costs: the least over orders of r(α) + ln(1 − 1/α) − ln(αδ)/(α − 1), not below 0; and 0 where
 * δ² > 1 − exp(−r) at some order.
 *
 * @param costs  [orders], r(α) of everything released
 * @see Canonne, Kamath, Steinke 2020, The Discrete Gaussian for Differential Privacy, proposition 12
 */
export function rdpEpsilon(
  costs: readonly number[],
  dpDelta: number,
  orders: readonly number[] = rdpOrders,
): { readonly epsilon: number; readonly order: number } {
  if (!(dpDelta > 0 && dpDelta < 1)) throw new SdkError('invalid-options', `dpDelta must lie between 0 and 1, got ${dpDelta}`);
  let epsilon = Infinity;
  let best = orders[0]!;
  orders.forEach((order, at) => {
    const cost = costs[at]!;
    const here =
      dpDelta * dpDelta > -Math.expm1(-cost) ? 0 : Math.max(0, cost + Math.log1p(-1 / order) - Math.log(order * dpDelta) / (order - 1));
    if (here < epsilon) {
      epsilon = here;
      best = order;
    }
  });
  return { epsilon, order: best };
}

/**
 * ε at δ of ρ-zCDP, by the conversion above on `rdpOrders`.
 * @param rho  sum over releases of Δ²/(2σ²); the discrete Gaussian satisfies it with its own σ
 */
export function zcdpEpsilon(rho: number, dpDelta: number): number {
  return rdpEpsilon(
    rdpOrders.map((order) => rho * order),
    dpDelta,
  ).epsilon;
}

/** The simple conversion ρ + 2√(ρ ln 1/δ): always above `zcdpEpsilon`, kept to compare with the literature. */
export function zcdpEpsilonSimple(rho: number, dpDelta: number): number {
  return rho + 2 * Math.sqrt(rho * -Math.log(dpDelta));
}
