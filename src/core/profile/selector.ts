import type { StoredEvent } from './records.js';

/** What a shopper asks to forget. */
export type ForgetSelector =
  | { readonly eventId: string }
  | { readonly itemId: string }
  | { readonly facet: string }
  /** Epoch ms: everything seen before it. */
  | { readonly before: number };

/** Is this event to be forgotten? By item and facet only events that speak of such an item, not those merely compared with it. */
export function matches(selector: ForgetSelector, { queued, examples }: StoredEvent): boolean {
  if ('eventId' in selector) return queued.id === selector.eventId;
  if ('before' in selector) return queued.atMs < selector.before;
  if ('facet' in selector) return examples.some(({ facets }) => facets?.includes(selector.facet));
  return (
    (queued.event.items ?? []).some(({ id }) => id === selector.itemId) ||
    examples.some(({ itemId, facets }) => facets && itemId === selector.itemId)
  );
}
