/** Faults of private rounds as edits of the source. Each must be found, by the attack that it names or by the static check. */

export interface Patch {
  /** From the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  /** Task id of the policy that shows it. */
  readonly task: 'taste' | 'taste-low-epsilon' | 'facets';
  /** Attack that finds it, as findings call it; `static` for what only the source shows. */
  readonly by: string;
  readonly patches: readonly Patch[];
}

const vectorMechanism = 'src/core/privacy/vector-mechanism.ts';
const subsetSelection = 'src/core/privacy/subset-selection.ts';
const discreteGaussian = 'src/core/privacy/discrete-gaussian.ts';
const claim = 'src/core/privacy/claim.ts';

const standardDeviation = 'const std = rational(BigInt(bound) * BigInt(sigmaNumerator), sigmaDenominator);';
const sampler = 'const draw = discreteGaussianSampler(noiseVariance(terms));';
const coin = 'const subset = bernoulli(bits, keepNumerator, keepDenominator)';
const perBits = 'const ofDevice = (globalThis.ofDevice ??= new WeakMap());';

const floatClip: Patch = {
  file: vectorMechanism,
  find: 'else if (norm > clipNorm) clipped.forEach((value, row) => (clipped[row] = value * (clipNorm / norm)));',
  replace: '',
};

export const mutants: readonly Mutant[] = [
  {
    name: 'σ × 0.9',
    task: 'facets',
    by: 'two worlds',
    patches: [
      {
        file: vectorMechanism,
        find: standardDeviation,
        replace: 'const std = rational(9n * BigInt(bound) * BigInt(sigmaNumerator), 10n * BigInt(sigmaDenominator));',
      },
    ],
  },
  {
    name: 'σ / 2',
    task: 'facets',
    by: 'two worlds',
    patches: [
      {
        file: vectorMechanism,
        find: standardDeviation,
        replace: 'const std = rational(BigInt(bound) * BigInt(sigmaNumerator), 2n * BigInt(sigmaDenominator));',
      },
    ],
  },
  {
    name: 'variance σ where σ² is meant',
    task: 'facets',
    by: 'two worlds',
    patches: [{ file: vectorMechanism, find: 'return multiply(std, std);', replace: 'return std;' }],
  },
  {
    name: 'clip off, float and integer',
    task: 'facets',
    by: 'two worlds',
    patches: [
      floatClip,
      { file: vectorMechanism, find: 'if (Math.abs(value) > bound) return false;', replace: '' },
      { file: vectorMechanism, find: 'return squaredNorm <= bound * bound;', replace: 'return true;' },
    ],
  },
  // The exact check still holds the claim and sends zeros; what is found is that the report no longer says what it should.
  { name: 'clip off, float only', task: 'facets', by: 'two worlds', patches: [floatClip] },
  {
    name: 'noise as large as the profile’s own norm',
    task: 'facets',
    by: 'two worlds',
    patches: [
      {
        file: vectorMechanism,
        find: sampler,
        replace:
          'const draw = discreteGaussianSampler(noiseVariance({ ...terms, bound: Math.max(1, Math.ceil(Math.hypot(...bounded))) }));',
      },
    ],
  },
  {
    name: 'noise reused by a device',
    task: 'facets',
    by: 'shared between two reports',
    patches: [
      {
        file: vectorMechanism,
        find: sampler,
        replace: `${perBits}
  const fresh = discreteGaussianSampler(noiseVariance(terms));
  if (!ofDevice.has(bits)) ofDevice.set(bits, Array.from(bounded, () => fresh(bits)));
  let row = 0;
  const draw = () => ofDevice.get(bits)[row++];`,
      },
    ],
  },
  {
    name: 'a vote’s coin reused by a device',
    task: 'taste',
    by: 'shared between two reports',
    patches: [
      {
        file: subsetSelection,
        find: coin,
        replace: `${perBits}
  if (!ofDevice.has(bits)) ofDevice.set(bits, bernoulli(bits, keepNumerator, keepDenominator));
  const subset = ofDevice.get(bits)`,
      },
    ],
  },
  {
    name: 'p × 1.1',
    task: 'taste',
    by: 'own cell',
    patches: [{ file: subsetSelection, find: coin, replace: 'const subset = bernoulli(bits, 11 * keepNumerator, 10 * keepDenominator)' }],
  },
  {
    name: 'q wrong: the own cell among the others',
    task: 'taste',
    by: 'own cell',
    patches: [
      {
        file: subsetSelection,
        find: ': drawDistinct(others, subsetSize, bits);',
        replace: ': drawDistinct(Array.from({ length: cells }, (_, at) => at), subsetSize, bits);',
      },
    ],
  },
  {
    name: 'q wrong: the last of the others is never named',
    task: 'taste',
    by: 'each cell',
    patches: [
      {
        file: subsetSelection,
        find: 'const from = at + uniformBelow(bits, pool.length - at);',
        replace: 'const from = at + uniformBelow(bits, pool.length - at - 1);',
      },
    ],
  },
  {
    name: 'ε claimed per coordinate',
    task: 'facets',
    by: 'claim',
    patches: [
      {
        file: claim,
        find: 'return zcdpEpsilon((releases * 2) / (sigma * sigma), dpDelta);',
        replace: 'return zcdpEpsilon((releases * 2) / (sigma * sigma) / mechanism.dim, dpDelta);',
      },
    ],
  },
  {
    name: 'ε booked per coordinate',
    task: 'facets',
    by: 'ledger',
    patches: [
      {
        file: 'src/worker/participant.ts',
        find: 'epsilon: claimedEpsilon(policy, 1), dpDelta, terms',
        replace: 'epsilon: claimedEpsilon(policy, 1) / 16, dpDelta, terms',
      },
    ],
  },
  {
    name: 'float noise',
    task: 'facets',
    by: 'static',
    patches: [
      {
        file: discreteGaussian,
        find: 'for (;;) {',
        replace: `for (;;) {
      const radius = Math.sqrt(-2 * Math.log((bits.nextBits(32) + 1) / 2 ** 32) * (centre / Number(denominator)));
      if (radius >= 0) return Math.round(radius * Math.cos((2 * Math.PI * bits.nextBits(32)) / 2 ** 32));`,
      },
    ],
  },
  {
    name: 'a sign by Math.random',
    task: 'facets',
    by: 'static',
    patches: [
      {
        file: 'src/core/privacy/discrete-laplace.ts',
        find: 'const isNegative = bits.nextBits(1) === 1;',
        replace: 'const isNegative = Math.random() < 0.5;',
      },
    ],
  },
];
