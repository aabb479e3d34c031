import { addGaussianNoise, clipVector, roundVector, type NoisedVector } from '../privacy/vector-mechanism.js';
import type { SecureBits } from '../random.js';
import type { GaussianTerms } from './round-policy.js';

/** The other local block: a few numbers, of which the whole mechanism runs on the device. */

/** The part of a stored event that it reads. */
interface FacetEvent {
  readonly examples: readonly { readonly label: 0 | 1; readonly sampleWeight: number; readonly facets?: readonly string[] }[];
}

/**
 * Share of the profile's yeses that carry each named facet (`hue:blue`), 0 … 1.
 * @returns [names], new memory; zeros for a profile that says nothing
 */
export function facetVector(events: readonly FacetEvent[], names: readonly string[]): Float64Array<ArrayBuffer> {
  const vector = new Float64Array(names.length);
  let total = 0;
  for (const { examples } of events) {
    for (const { label, sampleWeight, facets } of examples) {
      if (label === 0 || facets === undefined) continue;
      total += sampleWeight;
      for (const [row, name] of names.entries()) if (facets.includes(name)) vector[row] = vector[row]! + sampleWeight;
    }
  }
  if (total > 0) vector.forEach((mass, row) => (vector[row] = mass / total));
  return vector;
}

/** clip → scale → stochastic rounding → discrete Gaussian, grid units. @throws SdkError `overflow` */
export function noiseVector(vector: ArrayLike<number>, terms: GaussianTerms, bits: SecureBits): NoisedVector {
  return addGaussianNoise(roundVector(clipVector(vector, terms.clipNorm), terms, bits), terms, bits);
}
