import { SdkError } from '../../core/errors.js';
import { tagsFrom, type FeedRecord } from './feed.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Shopify's `products.json` (`{products: […]}`) or plain JSON: a list of items, or `{items: […]}`, each with the fields
 * of `Item` and optional `variants` (ids, or objects with `id`).
 * Errors: `catalogue-invalid` with the place of the record.
 */
export function parseJsonFeed(text: string, source: string): FeedRecord[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SdkError('catalogue-invalid', `${source}: no valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (Array.isArray(json)) return json.map((item, index) => plainRecord(item, `item ${index + 1}`, source));
  if (isFields(json) && Array.isArray(json['products']))
    return json['products'].map((item, index) => shopifyRecord(item, `product ${index + 1}`, source));
  if (isFields(json) && Array.isArray(json['items']))
    return json['items'].map((item, index) => plainRecord(item, `item ${index + 1}`, source));
  throw new SdkError(
    'catalogue-invalid',
    `${source}: expected a list of items, {"items": […]} or Shopify's {"products": […]}, got ${describe(json)}`,
  );
}

function plainRecord(value: unknown, place: string, source: string): FeedRecord {
  const fields = fieldsOf(value, place, source);
  const categories = fields['categories'] ?? fields['category'];
  const name = text(fields['name'] ?? fields['title']);
  const brand = text(fields['brand']);
  const price = fields['price'];
  return {
    place,
    id: text(fields['id']) ?? '',
    ...(name === undefined ? {} : { name }),
    ...(brand === undefined ? {} : { brand }),
    categories: typeof categories === 'string' ? [categories] : texts(categories, `${place}: categories`, source),
    ...priceOf(price, place, source),
    tags: texts(fields['tags'], `${place}: tags`, source),
    available: fields['available'] !== false,
    variantIds: variantsOf(fields['variants'], place, source).map((variant) =>
      isFields(variant) ? (text(variant['id']) ?? '') : (text(variant) ?? ''),
    ),
  };
}

/** @see Shopify, `/products.json` of every storefront */
function shopifyRecord(value: unknown, place: string, source: string): FeedRecord {
  const fields = fieldsOf(value, place, source);
  const variants = variantsOf(fields['variants'], place, source).filter(isFields);
  const prices = variants.map((variant) => Number(variant['price'])).filter(Number.isFinite);
  const rawTags = typeof fields['tags'] === 'string' ? fields['tags'].split(',') : texts(fields['tags'], `${place}: tags`, source);
  const options = Array.isArray(fields['options']) ? fields['options'].filter(isFields) : [];
  const type = text(fields['product_type']);
  const name = text(fields['title']);
  const brand = text(fields['vendor']);
  return {
    place,
    id: text(fields['id']) ?? '',
    ...(name === undefined ? {} : { name }),
    ...(brand === undefined ? {} : { brand }),
    ...(type === undefined ? {} : { categories: [type] }),
    ...(prices.length === 0 ? {} : { price: Math.min(...prices) }),
    tags: [
      ...rawTags.map((tag) => tag.trim()).filter((tag) => tag !== ''),
      ...options.flatMap((option) => {
        const key = text(option['name'])?.toLowerCase() ?? '';
        // “Title: Default Title” is Shopify's way to say that there is no option.
        return key === '' || key === 'title'
          ? []
          : texts(option['values'], `${place}: options`, source).flatMap((entry) => tagsFrom(key, entry));
      }),
    ],
    available: variants.length === 0 || variants.some((variant) => variant['available'] !== false),
    // GA4 events of Shopify shops name a product by its id, a variant's id or a SKU.
    variantIds: variants
      .flatMap((variant) => [text(variant['id']), text(variant['sku'])])
      .filter((id): id is string => id !== undefined && id !== ''),
  };
}

function priceOf(price: unknown, place: string, source: string): Pick<FeedRecord, 'price'> {
  if (price === undefined || price === null) return {};
  if (typeof price === 'string' || typeof price === 'number') return { price };
  throw new SdkError('catalogue-invalid', `${source}: ${place}: price is ${describe(price)}, expected a number`);
}

function variantsOf(value: unknown, place: string, source: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new SdkError('catalogue-invalid', `${source}: ${place}: variants is ${describe(value)}, expected a list`);
}

function texts(value: unknown, place: string, source: string): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw new SdkError('catalogue-invalid', `${source}: ${place} is ${describe(value)}, expected a list of texts`);
}

/** Ids are numbers in many feeds. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

function fieldsOf(value: unknown, place: string, source: string): Fields {
  if (isFields(value)) return value;
  throw new SdkError('catalogue-invalid', `${source}: ${place} is ${describe(value)}, expected an object`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60);
}
