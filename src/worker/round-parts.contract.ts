import { createCipheriv } from 'node:crypto';
import { defaultTastePolicy, type TastePolicyOptions } from '../core/federated/default-policy.js';
import type { StoredEvent } from '../core/profile/records.js';
import { secureBits, type SecureBits } from '../core/random.js';
import { policyHash } from '../wire/canonical.js';
import { generateKeyPair, openReport, type KeyPair } from '../wire/hpke.js';
import type { TasksDocument } from '../wire/messages.js';
import type { Policy } from '../wire/policy.js';
import { decodeReportFrame } from '../wire/report-frame.js';

/** Parts for tests of rounds: replayable bits, profiles, and an operator that holds the recipient key. */

export const DAY = 86_400_000;
export const startMs = 1_750_000_000_000;
export const ENDPOINT = 'https://rounds.example';

/** The AES-128-CTR stream of a seed. */
export function replayableBits(seed: number): SecureBits {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  return secureBits((bytes) => bytes.set(cipher.update(Buffer.alloc(bytes.length))));
}

export const groups = ['Blues', 'Greens', 'Reds', 'Whites', 'Greys', 'Yellows', 'Browns', 'other'];

/** A yes to an item of this first category, with whatever else the log remembers of it. */
export function yes(category: string, at: Partial<StoredEvent['examples'][number]> = {}, atMs: number = startMs): StoredEvent {
  return {
    queued: { id: `${category}-${atMs}`, atMs, event: { type: 'click', source: 'homebody', items: [{ id: category }] } },
    examples: [
      {
        itemId: category,
        label: 1,
        sampleWeight: 1,
        indices: Uint32Array.of(1),
        values: Float32Array.of(1),
        facets: [`category:${category}`],
        vector: null,
        margin: 0,
        ...at,
      },
    ],
  };
}

export interface Operator {
  readonly keys: KeyPair;
  policy(change?: Partial<Policy>, options?: Partial<TastePolicyOptions>): Policy;
  tasks(
    policies: readonly Policy[],
    change?: { readonly nowMs?: number; readonly round?: number; readonly closesAtMs?: number; readonly modelVersion?: number },
  ): Promise<TasksDocument>;
  /** Opens a report under the policy it was made for. */
  open(body: Uint8Array, policy: Policy): Promise<Uint8Array>;
}

export async function createOperator(): Promise<Operator> {
  const keys = await generateKeyPair();
  return {
    keys,
    policy: (change = {}, options = {}) => ({
      ...defaultTastePolicy({
        site: 'paint',
        cells: groups.map((name) => ({ name, share: 1 / groups.length })),
        publicKey: keys.publicKey,
        ...options,
      }),
      ...change,
    }),
    async tasks(policies, { nowMs = startMs + 31 * DAY, round = 3, closesAtMs = nowMs + 10 * DAY, modelVersion = 0 } = {}) {
      return {
        protocol: 1,
        serverTimeMs: nowMs,
        tasks: await Promise.all(
          policies.map(async (policy) => ({
            policy,
            policyHash: await policyHash(policy),
            round: { round, opensAtMs: nowMs - DAY, closesAtMs, reports: 40 },
            modelVersion,
          })),
        ),
      };
    },
    async open(body, policy) {
      return openReport(decodeReportFrame(body), { policy, privateKey: keys.privateKey });
    },
  };
}
