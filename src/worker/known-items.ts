import type { Catalogue } from '../core/catalogue/format.js';
import { canonicalRow, itemAt, quantileAt, vectorAt } from '../core/catalogue/read-catalogue.js';
import { encodeItem, type EncodedItem } from '../core/features/encode-item.js';
import { priceQuantiles } from '../core/features/price-quantiles.js';
import type { Item } from '../core/item.js';

/**
 * What is known of an item, best source first: the shop's catalogue, the candidates of a page's lists, the event itself.
 * Encoding an item costs about 10 µs and a shelf is ranked after every lesson, so the answers are kept.
 */
export interface KnownItem {
  readonly item: Item;
  readonly encoded: EncodedItem;
  readonly vector: Float32Array | null;
  /** Taste prior of its cell. */
  readonly taste: number;
}

export interface KnownItems {
  /** Trimmed, variant → product; an id the catalogue does not know stays as it is. */
  canonicalId(id: string): string;
  /** By canonical id; null for an item that nobody has described. */
  get(canonicalId: string): KnownItem | null;
  /** What a page says of an item, which may be no more than its id. */
  of(item: Item): KnownItem;
  /** What an event says of an item; used where nothing better is known. */
  hear(item: Item): void;
  /**
   * Canonical ids to compare with: the catalogue's; without one, the candidates of other lists than `list`, which are
   * perhaps all of the kind that is liked, else those of all lists.
   * @param itemId  an event that names no list ('') may be about any list that has its item
   */
  pool(list: string, itemId?: string): readonly string[];
  /** The catalogue, the lists or the model have changed. */
  refresh(): void;
}

export interface KnownItemsParts {
  readonly catalogue: () => Catalogue | null;
  /** Do the catalogue's vectors have the basis that the user vector was learned with? If not, that term is 0. */
  readonly hasBasis: () => boolean;
  readonly lists: () => readonly (readonly [string, readonly Item[]])[];
  readonly taste: (categories: readonly string[] | undefined) => number;
}

/** Items known from events alone; the oldest leave. */
const mostHeard = 500;
const mostKept = 5_000;
/** Of a larger catalogue every so many-th item is compared with. */
const mostPooled = 5_000;
/** With fewer others, the same few would be compared with again and again. */
const fewestPooled = 20;

export function createKnownItems({ catalogue, hasBasis, lists, taste }: KnownItemsParts): KnownItems {
  const heard = new Map<string, Item>();
  let kept = new Map<string, KnownItem>();
  let listed: ReadonlyMap<string, Item> | null = null;
  let quantiles: ReadonlyMap<string, number> | null = null;
  /** Without a catalogue, by list, or by item where no list is named. */
  let pools = new Map<string, readonly string[]>();
  let pooled: { readonly of: Catalogue; readonly ids: readonly string[] } | null = null;

  const canonicalId = (said: string): string => {
    const id = said.trim();
    const known = catalogue();
    const row = known === null ? undefined : canonicalRow(known, id);
    return row === undefined ? id : known!.ids.at(row);
  };
  const listedItems = (): ReadonlyMap<string, Item> =>
    (listed ??= new Map(lists().flatMap(([, items]) => items.map((item) => [canonicalId(item.id), item] as const))));

  const otherIds = (list: string, itemId?: string): readonly string[] => {
    const others = lists()
      .map(([name, items]) => [name, items.map(({ id }) => canonicalId(id))] as const)
      .flatMap(([name, ids]) => (name === list || (list === '' && ids.includes(itemId!)) ? [] : ids));
    return others.length < fewestPooled ? [...listedItems().keys()] : [...new Set(others)];
  };

  const encode = (id: string, fallback: Item | undefined): KnownItem | null => {
    const known = catalogue();
    const row = known === null ? undefined : canonicalRow(known, id);
    if (known !== null && row !== undefined) {
      const told = itemAt(known, row);
      // A large catalogue has no names; the page that shows the item does.
      const name = told.name ?? listedItems().get(id)?.name ?? fallback?.name;
      const item = name === undefined ? told : { ...told, name };
      return {
        item,
        encoded: encodeItem(item, quantileAt(known, row)),
        vector: hasBasis() ? vectorAt(known, row) : null,
        taste: taste(item.categories),
      };
    }
    const item = listedItems().get(id) ?? fallback ?? heard.get(id);
    if (item === undefined) return null;
    quantiles ??= priceQuantiles([...listedItems().values()]);
    return { item, encoded: encodeItem({ ...item, id }, quantiles.get(item.id)), vector: null, taste: taste(item.categories) };
  };

  const remember = (id: string, fallback?: Item): KnownItem | null => {
    const before = kept.get(id);
    if (before !== undefined) return before;
    const known = encode(id, fallback);
    if (known !== null) {
      if (kept.size >= mostKept) kept = new Map();
      kept.set(id, known);
    }
    return known;
  };

  return {
    canonicalId,
    get: (id) => remember(id),
    of: (item) => remember(canonicalId(item.id), item)!, // the item itself is the last resort
    hear(item) {
      heard.delete(item.id);
      heard.set(item.id, item);
      for (const id of heard.keys()) {
        if (heard.size <= mostHeard) break;
        heard.delete(id);
      }
    },
    pool(list, itemId) {
      const known = catalogue();
      if (known !== null) return (pooled = pooled?.of === known ? pooled : { of: known, ids: someIds(known) }).ids;
      const key = list || `\n${itemId}`;
      const ids = pools.get(key) ?? otherIds(list, itemId);
      pools.set(key, ids);
      return ids;
    },
    refresh() {
      kept = new Map();
      listed = null;
      quantiles = null;
      pools = new Map();
    },
  };
}

function someIds({ rows, alive, ids }: Catalogue): readonly string[] {
  const some: string[] = [];
  for (let row = 0; row < rows; row += Math.ceil(rows / mostPooled)) if (alive[row] === 1) some.push(ids.at(row));
  return some;
}
