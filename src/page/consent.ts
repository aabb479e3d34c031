import type { Consent } from '../worker/api/worker-api.js';
import type { SiteStorage } from './site-storage.js';

/** Two consents, both off by default. A yes is a key in localStorage; absence means no, so a no stores nothing. */

export const noConsent: Consent = { personalise: false, contribute: false };

/** Contributing needs a profile to contribute from. `mayContribute` is false under Global Privacy Control and in memory: that wins. */
export function decideConsent(current: Consent, change: Partial<Consent>, mayContribute: boolean): Consent {
  const personalise = change.personalise ?? current.personalise;
  return { personalise, contribute: personalise && mayContribute && (change.contribute ?? current.contribute) };
}

/** The stored text lists what was agreed to: `personalise` or `personalise contribute`. Anything else reads as no. */
export function readConsent(storage: SiteStorage, mayContribute: boolean): Consent {
  const agreed = (storage.get('consent') ?? '').split(' ');
  return decideConsent(
    noConsent,
    { personalise: agreed.includes('personalise'), contribute: agreed.includes('contribute') },
    mayContribute,
  );
}

/** @returns false where the browser did not keep a yes; it holds for this page only */
export function writeConsent(storage: SiteStorage, { personalise, contribute }: Consent): boolean {
  return storage.set('consent', personalise ? `personalise${contribute ? ' contribute' : ''}` : null) || !personalise;
}
