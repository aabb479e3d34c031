import type { Catalogue } from '../core/catalogue/format.js';
import { canonicalRow, vectorAt } from '../core/catalogue/read-catalogue.js';
import { toSdkError, type SdkError } from '../core/errors.js';
import { atMost, type Clock } from './clock.js';
import type { ProfileHolder } from './profile-holder.js';

/** The shop's catalogue, once it is there; until then, and without one, ranking lives on what the page says of its items. */
export interface CatalogueHolder {
  current(): Catalogue | null;
  /** Do the catalogue's vectors have the basis that the user vector was learned with? If not, that term is 0. */
  hasBasis(): boolean;
  /** Resolves when the stored copy is in use, or there is none, or it takes too long; then it comes into use later. */
  open(): Promise<void>;
  /** Gets the newest behind the one in use; a failure is told and the next call tries again. Never rejects. */
  load(): Promise<void>;
  /** Where none is in use: resolves when the first try to load one is over, or after a moment. */
  ready(): Promise<void>;
  stop(): void;
}

export interface CatalogueHolderParts {
  readonly clock: Clock;
  readonly readStored: () => Promise<Catalogue | null>;
  /** Null for a shop without a catalogue. */
  readonly fetchNewest: ((held: Catalogue | null) => Promise<Catalogue>) | null;
  readonly profile: Pick<ProfileHolder, 'basis' | 'rebase'>;
  readonly onChange: () => void;
  readonly onError: (error: SdkError) => void;
}

/** Longer than this the first shelf does not wait for the disk. */
const storedWaitMs = 300;
/** Longer than this the first lesson does not wait for the network: it then knows what the page says, and no more. */
const firstWaitMs = 500;

export function createCatalogueHolder({
  clock,
  readStored,
  fetchNewest,
  profile,
  onChange,
  onError,
}: CatalogueHolderParts): CatalogueHolder {
  let catalogue: Catalogue | null = null;
  let reading: Promise<void> = Promise.resolve();
  let loading: Promise<void> | null = null;
  let waiting: Promise<void> | null = null;
  let isStopped = false;
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => (stop = resolve));

  async function use(next: Catalogue | null): Promise<void> {
    if (next === null || next === catalogue || isStopped) return;
    catalogue = next;
    onChange();
    const basis = basisOf(next);
    if (basis === null) return;
    const isOther = await profile.rebase(basis, (id) => {
      const row = canonicalRow(next, id);
      return row === undefined ? null : vectorAt(next, row);
    });
    if (isOther) onChange();
  }

  const tell = (thrown: unknown): void => {
    if (!isStopped) onError(toSdkError(thrown, 'catalogue-unavailable'));
  };

  const holder: CatalogueHolder = {
    current: () => catalogue,
    hasBasis: () => catalogue !== null && basisOf(catalogue) === profile.basis(),
    open() {
      if (fetchNewest === null) return reading;
      reading = readStored().then((stored) => void use(stored).catch(tell));
      return atMost(clock, reading, storedWaitMs);
    },
    load() {
      if (fetchNewest === null || isStopped) return reading;
      return (loading ??= reading
        .then(() => fetchNewest(catalogue))
        .then(use)
        .catch((thrown: unknown) => {
          loading = null;
          tell(thrown);
        }));
    },
    ready() {
      if (fetchNewest === null || catalogue !== null) return reading;
      return (waiting ??= atMost(clock, Promise.race([holder.load(), stopped]), firstWaitMs));
    },
    stop() {
      isStopped = true;
      stop();
    },
  };
  return holder;
}

/** Which vectors the catalogue has; null for none that this bundle can use. */
function basisOf({ vectors, manifest }: Catalogue): number | null {
  return vectors === null ? null : (manifest.model?.catalogueVersion ?? null);
}
