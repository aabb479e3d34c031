import type { NormalisedEvent } from '../core/event.js';
import { hearDataLayer } from './adapters/hear-data-layer.js';
import type { Client } from './client-types.js';
import { createFacts } from './facts.js';
import { isCounted } from './holdout-record.js';
import { holdoutOfTag } from './holdout-tag.js';
import { createRenderer, type Renderer } from './render.js';
import { withHoldout } from './with-holdout.js';

/**
 * All that touches the shop's page: its data layer and its lists. A chunk of its own, loaded when *personalise* is on, so that a page
 * view without consent pays for none of it. Nothing is lost by the wait: `dataLayer` keeps what was pushed.
 */
export interface Storefront extends Renderer {}

export interface StorefrontChunk {
  openStorefront: typeof openStorefront;
}

export async function openStorefront(client: Client, hearsDataLayer: boolean, onThrown: (thrown: unknown) => void): Promise<Storefront> {
  const facts = createFacts();
  const holdout = holdoutOfTag(client, window, onThrown);
  if (hearsDataLayer) {
    const onEvent = (event: NormalisedEvent): void => {
      facts.learn(event);
      if (isCounted(event.type)) holdout?.count(event.type);
    };
    hearDataLayer(client, onEvent, onThrown);
  }
  // A list that is still being parsed would be ranked card by card.
  if (document.readyState === 'loading') await new Promise((resolve) => addEventListener('DOMContentLoaded', resolve, { once: true }));
  return createRenderer(holdout ? withHoldout(client, holdout) : client, facts, onThrown);
}
