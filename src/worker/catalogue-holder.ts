import type { Catalogue } from '../core/catalogue/format.js';
import { canonicalRow, vectorAt } from '../core/catalogue/read-catalogue.js';
import { toSdkError, type SdkError } from '../core/errors.js';
import type { ProfileHolder } from './profile-holder.js';

/** The shop's catalogue, once it is there; until then, and without one, ranking lives on what the page says of its items. */
export interface CatalogueHolder {
  current(): Catalogue | null;
  /** Do the catalogue's vectors have the basis that the user vector was learned with? If not, that term is 0. */
  hasBasis(): boolean;
  /** Loads it once; a failure is told and the next call tries again. Never rejects. */
  load(): Promise<void>;
  stop(): void;
}

export interface CatalogueHolderParts {
  /** Null for a shop without a catalogue. */
  readonly fetchCatalogue: (() => Promise<Catalogue>) | null;
  readonly profile: Pick<ProfileHolder, 'basis' | 'rebase'>;
  readonly onChange: () => void;
  readonly onError: (error: SdkError) => void;
}

export function createCatalogueHolder({ fetchCatalogue, profile, onChange, onError }: CatalogueHolderParts): CatalogueHolder {
  let catalogue: Catalogue | null = null;
  let isLoading = false;
  let isStopped = false;

  async function loadOnce(fetchOnce: () => Promise<Catalogue>): Promise<void> {
    const loaded = await fetchOnce();
    if (isStopped) return;
    catalogue = loaded;
    onChange();
    const basis = basisOf(loaded);
    if (basis === null || basis === profile.basis()) return;
    await profile.rebase(basis, (id) => {
      const row = canonicalRow(loaded, id);
      return row === undefined ? null : vectorAt(loaded, row);
    });
    onChange();
  }

  return {
    current: () => catalogue,
    hasBasis: () => catalogue !== null && basisOf(catalogue) === profile.basis(),
    async load() {
      if (fetchCatalogue === null || catalogue !== null || isLoading || isStopped) return;
      isLoading = true;
      try {
        await loadOnce(fetchCatalogue);
      } catch (thrown) {
        if (!isStopped) onError(toSdkError(thrown, 'catalogue-unavailable'));
      } finally {
        isLoading = false;
      }
    },
    stop() {
      isStopped = true;
    },
  };
}

/** Which vectors the catalogue has; null for none that this bundle can use. */
function basisOf({ vectors, manifest }: Catalogue): number | null {
  return vectors === null ? null : (manifest.model?.catalogueVersion ?? null);
}
