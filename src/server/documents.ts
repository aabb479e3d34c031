import { createHash } from 'node:crypto';
import type { TasksDocument } from '../wire/messages.js';
import { inTens } from './metrics.js';
import type { RoundService } from './round-service.js';
import type { RoundStore } from './store/round-store.js';

/** A document that every device gets byte for byte, with its strong entity tag. */
export interface SharedDocument {
  readonly text: string;
  readonly etag: string;
}

/**
 * The task list of a site. Devices that ask within one second get the same bytes: the time is rounded down to the second
 * and the text is made once for it (anew where a round or policy changed). Finer times would let an observer tell two
 * devices apart by what they were told; coarser ones would make a device miss the end of a short round. The tag covers
 * the time too, because a device that kept an old list would keep an old clock.
 */
export function createTaskDocuments(
  service: RoundService,
  store: RoundStore,
  now: () => number,
): (site: string) => Promise<SharedDocument> {
  const made = new Map<string, { readonly key: string; readonly document: Promise<SharedDocument> }>();

  const make = async (site: string, serverTimeMs: number): Promise<SharedDocument> => {
    const tasks: TasksDocument['tasks'] = [];
    for (const { entry, ...running } of await service.tasks()) {
      if (entry.policy.site !== site) continue;
      const round = await store.currentRound(entry.taskId);
      const reports = inTens(round?.round === running.round ? round.tally.reports : 0);
      const model = await store.model(entry.taskId, 'latest');
      tasks.push({ policy: entry.policy, policyHash: entry.policyHash, round: { ...running, reports }, modelVersion: model?.version ?? 0 });
    }
    return documentOf(JSON.stringify({ protocol: 1, serverTimeMs, tasks } satisfies TasksDocument));
  };

  return async (site) => {
    await service.advance();
    const serverTimeMs = Math.floor(now() / 1000) * 1000;
    const key = `${serverTimeMs} ${service.revision}`;
    const known = made.get(site);
    if (known?.key === key) return known.document;
    if (made.size > 1_000) made.clear(); // names of sites come from outside
    const document = make(site, serverTimeMs);
    made.set(site, { key, document });
    return document;
  };
}

export function documentOf(text: string): SharedDocument {
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}

/** 200 with the document, or 304 where the client holds it already. */
export function documentResponse(request: Request, { text, etag }: SharedDocument, cacheControl: string): Response {
  const headers = { etag, 'cache-control': cacheControl };
  const held =
    request.headers
      .get('if-none-match')
      ?.split(',')
      .map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  if (held.includes(etag) || held.includes('*')) return new Response(null, { status: 304, headers });
  return new Response(text, { headers: { ...headers, 'content-type': 'application/json' } });
}
