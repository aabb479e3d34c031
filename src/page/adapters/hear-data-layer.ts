import type { NormalisedEvent } from '../../core/event.js';
import type { Client } from '../client-types.js';
import { listenToDataLayer } from './data-layer.js';
import { fromGa4 } from './ga4.js';

/**
 * Tracks what the page tells GA4, what it told before included. Consent-mode calls are recognised and not tracked: they speak of
 * Google's storage, not of ours. What somebody searched for is not tracked either: the worker would leave it out, and until then it would
 * stand in the queue that a closing page keeps.
 * @param onEvent  gets each event, tracked or not
 */
export function hearDataLayer(
  client: Pick<Client, 'track' | 'flush'>,
  onEvent: (event: NormalisedEvent) => void,
  onThrown: (thrown: unknown) => void,
): void {
  const scan = listenToDataLayer(
    globalThis as { dataLayer?: unknown },
    (entry) => {
      for (const event of fromGa4(entry)) {
        const { query: _query, ...tracked } = event;
        if (event.type !== 'consent') client.track(tracked);
        onEvent(event);
      }
    },
    onThrown,
  );
  for (const type of ['load', 'pagehide', 'visibilitychange']) {
    addEventListener(type, () => {
      scan();
      if (type !== 'load') client.flush().catch(onThrown); // the page may be gone after this
    });
  }
}
