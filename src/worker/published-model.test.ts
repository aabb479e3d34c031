import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import { defaultTastePolicy } from '../core/federated/default-policy.js';
import { modelSchema, tasksSchema, type ModelDocument } from '../wire/messages.js';
import { fetchPublishedModel } from './published-model.js';

const hash = 'ab'.repeat(32);
const cells = [
  { name: 'blue', share: 0.25 },
  { name: 'red', share: 0.25 },
  { name: 'other', share: 0.5 },
];
const policy = defaultTastePolicy({ site: 'paint', cells, publicKey: 'A'.repeat(43), taskId: 'taste-1' });
const modelDocument: ModelDocument = {
  protocol: 1,
  taskId: 'taste-1',
  version: 2,
  policyHash: hash,
  round: 4,
  publishedAtMs: 1,
  reports: 600,
  estimate: [0.6, -0.02, 0.42],
  noiseL2: 0.05,
  claim: 'a claim',
};

/** An endpoint with these documents; remembers what it was asked. */
function endpointOf(model: unknown, modelVersion = 2): { asked: string[]; source: Parameters<typeof fetchPublishedModel>[0] } {
  const asked: string[] = [];
  const tasks = { protocol: 1, serverTimeMs: 5, tasks: [{ policy, policyHash: hash, round: null, modelVersion }] };
  // The double speaks the wire's language, not one of its own.
  v.parse(tasksSchema, tasks);
  const fetchJson = async (url: string): Promise<unknown> => {
    asked.push(url);
    if (url === 'https://rounds.example/v1/tasks/paint') return tasks;
    if (url === 'https://rounds.example/v1/models/taste-1/2') return model;
    throw new SdkError('network', `404 ${url}`);
  };
  return { asked, source: { endpoint: 'https://rounds.example', site: 'paint', fetchJson, held: null } };
}

describe('the published model', () => {
  test('becomes a prior per cell: what the crowd likes more than the shop stocks is above 0', async () => {
    v.parse(modelSchema, modelDocument);
    const { source } = endpointOf(modelDocument);
    const model = await fetchPublishedModel(source);
    expect(model).toMatchObject({ taskId: 'taste-1', version: 2, reports: 600, noiseL2: 0.05 });
    // shrink = 1 − 0.05² / (0.35² + 0.27² + 0.08²), p̂ of the second cell floored at 1/12
    const shrink = 1 - 0.0025 / (0.35 ** 2 + 0.27 ** 2 + 0.08 ** 2);
    const expected = [shrink * Math.log(0.6 / 0.25), shrink * Math.log(1 / 12 / 0.25), shrink * Math.log(0.42 / 0.5)];
    for (const [cell, { prior }] of model!.cells.entries()) expect(prior).toBeCloseTo(expected[cell]!, 12);
  });

  test('is not asked for again while it is the newest, and not at all where none is published', async () => {
    const first = endpointOf(modelDocument);
    const held = await fetchPublishedModel(first.source);
    const again = endpointOf(modelDocument);
    expect(await fetchPublishedModel({ ...again.source, held })).toBe(held);
    expect(again.asked).toEqual(['https://rounds.example/v1/tasks/paint']);
    const none = endpointOf(modelDocument, 0);
    expect(await fetchPublishedModel(none.source)).toBeNull();
    expect(none.asked).toHaveLength(1);
  });

  test.each([
    ['of another policy, whose cells are others', { ...modelDocument, policyHash: 'cd'.repeat(32) }],
    ['with fewer cells', { ...modelDocument, estimate: [0.6, 0.4] }],
    ['with an estimate that is no number', { ...modelDocument, estimate: [0.6, null, 0.4] }],
    ['that is no object', 'gone'],
  ])('is left out %s', async (_what, document) => {
    expect(await fetchPublishedModel(endpointOf(document).source)).toBeNull();
  });

  test('an endpoint that speaks of something else is an error of the network', async () => {
    const source = { ...endpointOf(null).source, fetchJson: async () => ({ hello: 'world' }) };
    await expect(fetchPublishedModel(source)).rejects.toMatchObject({ code: 'network' });
  });
});
