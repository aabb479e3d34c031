import * as v from 'valibot';

/**
 * What an operator asks of devices, as canonical JSON. Its SHA-256 is the HPKE info of every report, so neither side can
 * change a word without the other noticing. The floor compiled into the bundle (`core/privacy/floor.ts`) refuses more.
 */

const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** One cell of a taste block: the group name of an item's first category, and its share of the catalogue. */
const cellSchema = v.strictObject({ name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)), share });

/** A vote over J cells; `p` is the rational probability numerator / denominator of a subset that holds the own cell. */
const voteSchema = v.strictObject({
  kind: v.literal('vote'),
  subsetSize: positiveInteger,
  keepNumerator: positiveInteger,
  keepDenominator: positiveInteger,
});

/** Discrete Gaussian on a clipped vector; all of it in grid units of 1 / scale. */
const gaussianSchema = v.strictObject({
  kind: v.literal('gaussian'),
  dim: v.pipe(positiveInteger, v.maxValue(16)),
  clipNorm: v.pipe(v.number(), v.gtValue(0)),
  scale: positiveInteger,
  /** Bound on the rounded L2 norm, grid units: ceil(√((scale·clipNorm)² + dim/4)) or a stated larger one. */
  bound: positiveInteger,
  /** Noise std = bound · sigmaNumerator / sigmaDenominator, grid units. */
  sigmaNumerator: positiveInteger,
  sigmaDenominator: positiveInteger,
  bits: v.picklist([16, 24, 32]),
});

export const policySchema = v.strictObject({
  protocol: v.literal(1),
  taskId: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/)),
  site: v.pipe(v.string(), v.regex(/^[a-z0-9.-]{1,64}$/)),
  mode: v.literal('local'),
  /** `taste`: J cells voted on. `vector`: d numbers, for example facet weights. */
  block: v.variant('kind', [
    v.strictObject({ kind: v.literal('taste'), cells: v.pipe(v.array(cellSchema), v.minLength(2), v.maxLength(256)) }),
    v.strictObject({
      kind: v.literal('vector'),
      names: v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.minLength(1), v.maxLength(16)),
    }),
  ]),
  mechanism: v.variant('kind', [voteSchema, gaussianSchema]),
  /** Reports a round needs before anything is published. */
  minimumBatch: positiveInteger,
  /** Expected norm of the mean ÷ bound, measured by `simulate`; the predictor divides by it. */
  expectedSignal: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  /** Days between any two releases of one origin, and of probation after fresh storage. 0 only on loopback. */
  separationDays: v.pipe(v.number(), v.minValue(0)),
  windowDays: positiveInteger,
  /** Releases per window without storage eviction. */
  releasesPerWindow: positiveInteger,
  roundSeconds: positiveInteger,
  /** δ of the claim; 0 for a vote. */
  dpDelta: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  /** Weight of the coin when several tasks are open. */
  weight: positiveInteger,
  /** HPKE recipient: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM; raw public key in base64url. */
  publicKey: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
  codeVersion: v.string(),
});

export type Policy = v.InferOutput<typeof policySchema>;
export type TasteBlock = Extract<Policy['block'], { kind: 'taste' }>;
export type VoteMechanism = Extract<Policy['mechanism'], { kind: 'vote' }>;
export type GaussianMechanism = Extract<Policy['mechanism'], { kind: 'gaussian' }>;
