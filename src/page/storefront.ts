import { hearDataLayer } from './adapters/hear-data-layer.js';
import type { Client } from './client-types.js';
import { createFacts } from './facts.js';
import { createRenderer, type Renderer } from './render.js';

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
  if (hearsDataLayer) hearDataLayer(client, facts.learn, onThrown);
  // A list that is still being parsed would be ranked card by card.
  if (document.readyState === 'loading') await new Promise((resolve) => addEventListener('DOMContentLoaded', resolve, { once: true }));
  return createRenderer(client, facts, onThrown);
}
