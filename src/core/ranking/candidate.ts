import type { EncodedItem } from '../features/encode-item.js';
import type { Item } from '../item.js';

/** An item of a list on its way to a place. */
export interface Candidate {
  readonly item: Item;
  readonly encoded: EncodedItem;
  /** 0-based place in the shop's order; distinct within a list. */
  readonly shopPosition: number;
  /** Taste prior of its cell: shrink · log(p̂ / share), 0 without a model. */
  readonly taste: number;
  /** The item's vector under the model in force, else null. */
  readonly vector: Float32Array | null;
}
