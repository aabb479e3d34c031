import type { EventType } from '../event.js';
import { slotOf } from '../features/encode-item.js';

/** Events that say yes, and how loud: the sample weight of each of their items. */
export const POSITIVE_WEIGHTS: Partial<Readonly<Record<EventType, number>>> = {
  view: 0.5,
  click: 1,
  add_to_wishlist: 1.5,
  add_to_cart: 2,
  purchase: 3,
};

/** “Not for me” is rare and meant. */
export const DISMISS_WEIGHT = 2;

/** Cards passed over, nearest above the clicked one first. */
export const MAX_PASSED_OVER = 4;

/** Items drawn from the pool to compare with. */
export const SAMPLED_NEGATIVES = 8;

/** What a card passed over, and a sampled item, weigh of the yes they are compared with: together about as much as the yes. */
export const PASSED_OVER_WEIGHT = 0.12;
export const SAMPLED_WEIGHT = 0.12;

/** Bucket of the weight that learns how far the shopper follows the crowd, and how loud the taste prior enters it. */
export const TASTE_SLOT = slotOf('prior:taste').index;
export const TASTE_LOUDNESS = 1.75;

/** Items of one event that teach; a purchase of 200 lines does not drown the rest. */
export const MAX_ITEMS_PER_LESSON = 10;
