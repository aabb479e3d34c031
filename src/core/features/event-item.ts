import type { EventItem } from '../event.js';
import type { Item } from '../item.js';

/** What an event itself says of an item: used where neither the page's candidates nor the catalogue know it. */
export function itemOfEvent(item: EventItem & Pick<Item, 'tags'>): Item {
  const { id, name, brand, categories, price, available, tags } = item;
  return {
    id,
    ...(name !== undefined && { name }),
    ...(brand !== undefined && { brand }),
    ...(categories !== undefined && { categories }),
    ...(price !== undefined && { price }),
    ...(available !== undefined && { available }),
    ...(tags !== undefined && { tags }),
  };
}
