import { cellFinder } from '../core/federated/cells.js';
import type { ProfileStore } from '../storage/profile-store.js';

/**
 * The shared model in force: the taste prior that rounds have published. It enters a score as a prior and an example as
 * its margin, so a newer version changes what is ranked at once; what was learned under the older one keeps the margins
 * it was learned with (they are stored with the examples), and is not folded again.
 */
export interface SharedModel {
  readonly taskId: string;
  /** At least 1. */
  readonly version: number;
  /** Reports it was made of. */
  readonly reports: number;
  /** Expected L2 norm of the noise in the estimates. */
  readonly noiseL2: number;
  readonly cells: readonly SharedCell[];
}

export interface SharedCell {
  readonly name: string;
  /** Unbiased estimate of the cell's share of taste; noisy, not clamped. */
  readonly estimate: number;
  /** Share of the catalogue. */
  readonly share: number;
  /** shrink · log(p̂ / share) */
  readonly prior: number;
}

export interface ModelHolder {
  /** 0 for none. */
  version(): number;
  document(): SharedModel | null;
  /** Prior of an item by its categories; 0 without a model. */
  taste(categories: readonly string[] | undefined): number;
  load(): Promise<void>;
  /** Takes another version into force and remembers it. */
  set(model: SharedModel): Promise<void>;
}

export function createModelHolder(store: Pick<ProfileStore, 'getMeta' | 'setMeta'>, onChange: () => void): ModelHolder {
  let model: SharedModel | null = null;
  let cellOf: ReturnType<typeof cellFinder> | null = null;
  const use = (next: SharedModel): void => {
    model = next;
    cellOf = cellFinder(next.cells);
  };
  return {
    version: () => model?.version ?? 0,
    document: () => model,
    taste: (categories) => (model === null || cellOf === null ? 0 : model.cells[cellOf(categories)]!.prior),
    async load() {
      const stored = await store.getMeta('sharedModel');
      if (isModel(stored)) use(stored);
    },
    async set(next) {
      if (model !== null && model.taskId === next.taskId && model.version === next.version) return;
      use(next);
      onChange();
      await store.setMeta('sharedModel', next);
    },
  };
}

/** Stored by an older or newer SDK perhaps: anything else is as good as no model, and the next fetch mends it. */
function isModel(stored: unknown): stored is SharedModel {
  const { taskId, version, cells } = (stored ?? {}) as Partial<SharedModel>;
  return (
    typeof taskId === 'string' &&
    typeof version === 'number' &&
    Array.isArray(cells) &&
    cells.length > 0 &&
    cells.every((cell) => typeof cell?.name === 'string' && Number.isFinite(cell.prior))
  );
}
