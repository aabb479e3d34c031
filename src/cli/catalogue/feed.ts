import { cleanText, type CatalogueItem } from '../../core/catalogue/catalogue-item.js';
import { SdkError } from '../../core/errors.js';

/** What a parser makes of a feed: one record per line or element, fields still text, with a place for messages. */
export interface FeedRecord {
  /** `line 12`, `product 3`: where a person looks for it. */
  readonly place: string;
  readonly id: string;
  /** The product that this record is a variant of; its own id where it is none. */
  readonly groupId?: string;
  readonly name?: string;
  readonly brand?: string;
  readonly categories?: readonly string[];
  /** `12.99`, `12,99 EUR`, a number … */
  readonly price?: string | number;
  readonly tags?: readonly string[];
  readonly available?: boolean;
  readonly variantIds?: readonly string[];
}

export interface Feed {
  readonly items: readonly CatalogueItem[];
  /** Records that were left out, in words. */
  readonly problems: readonly string[];
  readonly records: number;
}

/** A feed may have a few bad records; more than this share of them means that we misread it. */
const MAX_BAD_SHARE = 0.01;

/**
 * Items of the records: variants joined to their product, prices as numbers, texts clean.
 * Errors: `catalogue-invalid` when more than 1 % of the records are bad, with the first of them in words.
 */
export function toFeed(records: readonly FeedRecord[], source: string): Feed {
  const problems: string[] = [];
  const products = new Map<string, Draft>();
  for (const record of records) {
    const fault = addRecord(products, record);
    if (fault !== null) problems.push(`${record.place}: ${fault}`);
  }
  if (problems.length > Math.max(0, records.length * MAX_BAD_SHARE)) {
    const shown = problems.slice(0, 8);
    const rest = problems.length > shown.length ? `\n  … and ${problems.length - shown.length} more` : '';
    throw new SdkError(
      'catalogue-invalid',
      `${source}: ${problems.length} of ${records.length} records are bad\n  ${shown.join('\n  ')}${rest}`,
    );
  }
  return { items: [...products.values()].map(finish), problems, records: records.length };
}

/** A product while its variants come in. */
interface Draft {
  readonly item: CatalogueItem;
  readonly variantIds: Set<string>;
  readonly tags: Set<string>;
  isAvailable: boolean;
  price: number | undefined;
}

/** @returns what is wrong with the record, or null */
function addRecord(products: Map<string, Draft>, record: FeedRecord): string | null {
  const ownId = cleanText(record.id);
  const id = cleanText(record.groupId ?? '') || ownId;
  if (ownId === '') return 'no id, expected the id that the shop’s events carry';
  const price = parsePrice(record.price);
  if (price === null) return `price is ${JSON.stringify(record.price)}, expected a number such as 12.99 or “12.99 EUR”`;
  const held = products.get(id);
  if (held === undefined) {
    products.set(id, {
      item: { id, ...texts(record), categories: (record.categories ?? []).map(cleanText).filter((category) => category !== '') },
      variantIds: new Set([...(ownId === id ? [] : [ownId]), ...(record.variantIds ?? [])]),
      tags: new Set(record.tags ?? []),
      isAvailable: record.available !== false,
      price,
    });
    return null;
  }
  if (ownId === id || held.variantIds.has(ownId)) return `id ${ownId} was there before, expected each id once`;
  held.variantIds.add(ownId);
  for (const tag of record.tags ?? []) held.tags.add(tag);
  held.isAvailable ||= record.available !== false;
  // A product costs what its cheapest variant costs: the “from” price that shops show.
  if (price !== undefined) held.price = Math.min(price, held.price ?? Infinity);
  return null;
}

function texts(record: FeedRecord): Pick<CatalogueItem, 'name' | 'brand'> {
  const [name, brand] = [cleanText(record.name ?? ''), cleanText(record.brand ?? '')];
  return { ...(name === '' ? {} : { name }), ...(brand === '' ? {} : { brand }) };
}

function finish(draft: Draft): CatalogueItem {
  return {
    ...draft.item,
    tags: [...draft.tags],
    variantIds: [...draft.variantIds],
    available: draft.isAvailable,
    ...(draft.price === undefined ? {} : { price: draft.price }),
  };
}

/**
 * `12.99`, `12,99`, `1,299.00 USD`, `EUR 1.299,00`, 12.99 → major units.
 * @returns undefined for an empty field, null for one that is no price
 */
export function parsePrice(text: string | number | undefined): number | undefined | null {
  if (text === undefined || text === '') return undefined;
  if (typeof text === 'number') return Number.isFinite(text) && text >= 0 ? text : null;
  const digits = text
    .trim()
    .replace(/^(?:[A-Z]{3}|[€$£¥])\s*|\s*(?:[A-Z]{3}|[€$£¥])$/gu, '')
    .replaceAll(/[\s\u00a0'’]/gu, '');
  if (digits === '') return text.trim() === '' ? undefined : null;
  if (!/^\d[\d.,]*$/.test(digits)) return null;
  // The last separator is the decimal one when one or two digits follow; every other one groups thousands.
  const decimal = /[.,](\d{1,2})$/.exec(digits);
  const whole = (decimal === null ? digits : digits.slice(0, decimal.index)).replaceAll(/[.,]/g, '');
  return Number(`${whole}.${decimal?.[1] ?? '0'}`);
}

/** `Home > Walls > Paint` (also `/` and `|` as shops write it) → parts, general to special. */
export function splitCategories(text: string): string[] {
  const separator = text.includes('>') ? '>' : text.includes('|') ? '|' : ' / ';
  return text.split(separator).map((part) => part.trim());
}

/** `color:blue`; nothing for an empty value. Several values in one field (`Black/White`, `wool, silk`) are several tags. */
export function tagsFrom(key: string, value: string | undefined): string[] {
  return (value ?? '')
    .split(/[/,;|]/)
    .map((part) => cleanText(part).toLowerCase())
    .filter((part) => part !== '')
    .map((part) => `${key}:${part}`);
}
