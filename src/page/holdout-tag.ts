import type { Client } from './client-types.js';
import { announceToGa4, createHoldout, type Holdout } from './holdout.js';

/**
 * `data-holdout` (a share, 0 to 1) on the tag of the page script begins the experiment, `data-experiment` names it. The arm goes to
 * `dataLayer` unless the tag has `data-data-layer="off"`.
 * A mistake in the tag is told to `onThrown`; the lists are then personalised without the experiment.
 * @param host  the window
 * @returns undefined without the attribute, or with a wrong one
 */
export function holdoutOfTag(
  client: Pick<Client, 'site' | 'status' | 'onStatus'>,
  host: { readonly document: Document; dataLayer?: unknown },
  onThrown: (thrown: unknown) => void,
): Holdout | undefined {
  const data = host.document.querySelector<HTMLScriptElement>('script[data-site][data-holdout]')?.dataset;
  if (!data) return undefined;
  try {
    return createHoldout({
      client,
      share: Number(data['holdout'] || Number.NaN),
      ...(data['experiment'] !== undefined && { experiment: data['experiment'] }),
      ...(data['storage'] === 'memory' && { storage: null }),
      ...(data['dataLayer'] !== 'off' && { announce: announceToGa4(host) }),
      onError: onThrown,
    });
  } catch (thrown) {
    onThrown(thrown);
    return undefined;
  }
}
