import * as v from 'valibot';
import { expect } from 'vitest';
import { policyHash } from '../wire/canonical.js';
import { examplePolicy } from '../wire/example-policies.contract.js';
import { generateKeyPair, sealReport, type KeyPair } from '../wire/hpke.js';
import { tasksSchema, type TasksDocument } from '../wire/messages.js';
import { encodeVotePayload } from '../wire/payload.js';
import type { Policy } from '../wire/policy.js';
import { createApp, type AppParts } from './app.js';
import { createMetrics } from './metrics.js';
import { createRoundService, type RoundService } from './round-service.js';
import { openMemoryStore } from './store/memory-store.js';
import type { RoundStore } from './store/round-store.js';

/** An endpoint in this process with a clock that only tests move. */
export interface Endpoint {
  readonly app: ReturnType<typeof createApp>;
  readonly service: RoundService;
  readonly store: RoundStore;
  readonly keys: KeyPair;
  readonly policy: Policy;
  readonly clock: { nowMs: number };
  /** A sealed vote for `cell` in `round`, with a report id of its own unless one is given. */
  seal(cell: number, change?: { round?: number; id?: number; policy?: Policy; payload?: Uint8Array }): Promise<Uint8Array<ArrayBuffer>>;
  post(body: Uint8Array<ArrayBuffer>, headers?: Record<string, string>): Promise<Response>;
  /** Seals and posts a vote for each cell; each is accepted. */
  vote(cells: readonly number[], round?: number): Promise<void>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** The task list of the policy's site, checked. */
  tasks(): Promise<TasksDocument>;
}

export const SHOP = 'https://shop.example';
export const TOKEN = 'operator-token';
export const operator = { authorization: `Bearer ${TOKEN}` };
export const START_MS = 1_800_000_000_000;

export async function openEndpoint(
  change: {
    policy?: Partial<Policy>;
    store?: RoundStore;
    parts?: Partial<AppParts>;
    waitingLimit?: number;
    onImplausible?: (taskId: string, round: number) => void;
  } = {},
): Promise<Endpoint> {
  const keys = await generateKeyPair();
  const policy = examplePolicy({ publicKey: keys.publicKey, minimumBatch: 3, roundSeconds: 60, ...change.policy });
  const clock = { nowMs: START_MS };
  const now = (): number => clock.nowMs;
  const store = change.store ?? openMemoryStore();
  const metrics = createMetrics(() => 0);
  const service = await createRoundService({
    store,
    keys,
    metrics,
    now,
    ...(change.onImplausible === undefined ? {} : { onImplausible: change.onImplausible }),
    ...(change.waitingLimit === undefined ? {} : { waitingLimit: change.waitingLimit }),
  });
  await service.publish(policy);
  const onError = (error: Error): void => {
    throw error;
  };
  const app = createApp({
    service,
    store,
    keys,
    metrics,
    origins: [SHOP],
    token: TOKEN,
    rateLimit: null,
    role: 'all',
    isLoopback: true,
    now,
    onError,
    ...change.parts,
  });
  let nextId = 1;
  const endpoint: Endpoint = {
    app,
    service,
    store,
    keys,
    policy,
    clock,
    async seal(cell, { round = 1, id = nextId++, policy: under = policy, payload = encodeVotePayload([cell], 32) } = {}) {
      const reportId = new Uint8Array(16);
      new DataView(reportId.buffer).setUint32(12, id);
      return sealReport({ payload, policy: under, hash: await policyHash(under), round, reportId });
    },
    async post(body, headers = {}) {
      return app.request('/v1/reports', { method: 'POST', body, headers: { 'content-type': 'application/octet-stream', ...headers } });
    },
    async vote(cells, round = 1) {
      for (const cell of cells) expect((await endpoint.post(await endpoint.seal(cell, { round }))).status).toBe(202);
    },
    get: async (path, headers = {}) => app.request(path, { headers }),
    tasks: async () => v.parse(tasksSchema, await (await endpoint.get(`/v1/tasks/${policy.site}`)).json()),
  };
  return endpoint;
}

/** `202` or `409 replay`. */
export async function verdict(response: Response): Promise<string> {
  if (response.status === 202) return '202';
  if (response.headers.get('content-type') !== 'application/problem+json') return `${response.status} without a problem body`;
  const problem = (await response.json()) as { code: string; status: number };
  return `${response.status} ${problem.status === response.status ? problem.code : 'with another status in the body'}`;
}
