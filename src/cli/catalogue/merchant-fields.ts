import { splitCategories, tagsFrom, type FeedRecord } from './feed.js';

/** Google Merchant's attributes, the same in XML, CSV and TSV once names are in one spelling. */

/** `g:item_group_id`, `Item Group ID`, `item group id` → `item_group_id`. */
export function fieldName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^g:/, '')
    .replaceAll(/[\s-]+/g, '_');
}

const tagFields = [
  ['color', 'color'],
  ['colour', 'color'],
  ['size', 'size'],
  ['material', 'material'],
  ['pattern', 'pattern'],
  ['gender', 'gender'],
  ['age_group', 'age'],
] as const;

/** @param fields  by `fieldName`, first value of each */
export function merchantRecord(fields: ReadonlyMap<string, string>, place: string): FeedRecord {
  const first = (...names: string[]): string | undefined =>
    names.map((name) => fields.get(name)?.trim()).find((value) => value !== undefined && value !== '');
  const groupId = first('item_group_id', 'group_id', 'parent_id');
  const name = first('title', 'name');
  const brand = first('brand', 'vendor', 'manufacturer');
  const category = first('product_type', 'category', 'categories', 'google_product_category');
  const price = first('sale_price', 'price');
  const availability = first('availability', 'available', 'in_stock');
  const tags = [
    ...tagFields.flatMap(([field, key]) => tagsFrom(key, fields.get(field))),
    ...[0, 1, 2, 3, 4].flatMap((n) => tagsFrom(`label${n}`, fields.get(`custom_label_${n}`))),
    ...(fields.get('tags') ?? '')
      .split(/[,;|]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ];
  return {
    place,
    id: first('id', 'sku') ?? '',
    ...(groupId === undefined ? {} : { groupId }),
    ...(name === undefined ? {} : { name }),
    ...(brand === undefined ? {} : { brand }),
    ...(category === undefined ? {} : { categories: splitCategories(category) }),
    ...(price === undefined ? {} : { price }),
    tags,
    available: availability === undefined || isAvailable(availability),
  };
}

function isAvailable(text: string): boolean {
  return !['out_of_stock', 'false', '0', 'no', 'sold_out', 'discontinued'].includes(fieldName(text));
}
