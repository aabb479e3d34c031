import { describeRoute, resolver } from 'hono-openapi';
import type { GenericSchema } from 'valibot';
import { problemSchema } from '../../wire/messages.js';

/** OpenAPI words for a route: what it answers when all is well, and that every refusal is a problem with a code. */
export function describeJson(summary: string, status: number, schema: GenericSchema | null, refusals: readonly number[] = []) {
  const ok =
    schema === null ? { description: summary } : { description: summary, content: { 'application/json': { schema: resolver(schema) } } };
  const problem = (code: number) => ({
    description: problemWords[code] ?? 'Refused',
    content: { 'application/problem+json': { schema: resolver(problemSchema) } },
  });
  return describeRoute({ summary, responses: { [status]: ok, ...Object.fromEntries(refusals.map((code) => [code, problem(code)])) } });
}

const problemWords: Record<number, string> = {
  400: 'Malformed: invalid-options, bad-frame, bad-length, bad-magic, bad-version, bad-kind, bad-dimension, policy-refused',
  401: 'unauthorised',
  403: 'gpc-refused, or an origin that is not configured (unauthorised)',
  404: 'unknown-task, unknown-model, not-found',
  409: 'wrong-round, wrong-policy, replay',
  410: 'round-closed',
  413: 'bad-length',
  422: 'out-of-range, undecryptable',
  429: 'too-busy; see Retry-After',
};
