import * as v from 'valibot';
import { policySchema } from './policy.js';

/** Documents of the endpoint, byte-identical for every device. */

export const PROTOCOL = 1;

const epochMs = v.pipe(v.number(), v.integer(), v.minValue(0));
const version = v.pipe(v.number(), v.integer(), v.minValue(0));

export const roundSchema = v.strictObject({
  round: v.pipe(v.number(), v.integer(), v.minValue(1)),
  opensAtMs: epochMs,
  closesAtMs: epochMs,
  /** Reports counted so far, in steps of 10 (exact counts would tell an observer about one device). */
  reports: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

/** GET /v1/tasks/:site */
export const tasksSchema = v.strictObject({
  protocol: v.literal(PROTOCOL),
  serverTimeMs: epochMs,
  tasks: v.array(
    v.strictObject({
      policy: policySchema,
      /** SHA-256 of the canonical policy, hex; the client computes its own and refuses a difference. */
      policyHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      round: v.nullable(roundSchema),
      /** Latest published model version, 0 for none. */
      modelVersion: version,
    }),
  ),
});

/** GET /v1/models/:taskId/:version (immutable) and …/latest */
export const modelSchema = v.strictObject({
  protocol: v.literal(PROTOCOL),
  taskId: v.string(),
  version,
  policyHash: v.string(),
  round: v.pipe(v.number(), v.integer(), v.minValue(0)),
  publishedAtMs: epochMs,
  /** Reports in the round. */
  reports: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** taste: unbiased estimate of each cell's share; vector: mean of the clipped vectors. Not clamped. */
  estimate: v.array(v.number()),
  /** Expected L2 norm of the noise in `estimate` (its square is the summed variance of the coordinates). */
  noiseL2: v.pipe(v.number(), v.minValue(0)),
  /** The whole privacy claim, one sentence. */
  claim: v.string(),
});

/** Body of every refusal, `application/problem+json` (RFC 9457); `code` is one of `core/errors.ts`. */
export const problemSchema = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  code: v.string(),
});

/** 202 after the commit; the same for a repeated report. */
export const acceptedSchema = v.strictObject({ reportId: v.string(), round: v.number() });

export type RoundInfo = v.InferOutput<typeof roundSchema>;
export type TasksDocument = v.InferOutput<typeof tasksSchema>;
export type ModelDocument = v.InferOutput<typeof modelSchema>;
export type Problem = v.InferOutput<typeof problemSchema>;
export type Accepted = v.InferOutput<typeof acceptedSchema>;
