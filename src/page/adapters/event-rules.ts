import type { EventItem, EventType } from '../../core/event.js';

/** Rules 6 to 8 of the event fixtures: what each type of event needs, whoever tells it. */

/** Types whose items come in a quantity, 1 where none is said. */
export const countsPieces = /cart|checkout|purchase|refund/;

/** Types whose items have a place, that in the array where none is said. */
export const placesItems = /impression|search/;

const mayBeBare = /refund|view_cart|promo|search/;

/** Most events need an item; a search needs a query or an item. */
export function saysSomething(type: EventType, items: readonly EventItem[], query: string | undefined): boolean {
  return items.length > 0 || query !== undefined || (type !== 'search' && mayBeBare.test(type));
}
