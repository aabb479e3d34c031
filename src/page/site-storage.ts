/**
 * Keys of one site in localStorage, `homebody/<site>/…`. Reading stores nothing; a browser that refuses storage reads as
 * empty, and says so when something is to be kept.
 */
export interface SiteStorage {
  /** The whole key, as the other tabs' `storage` events name it. */
  keyOf(name: StoredName): string;
  get(name: StoredName): string | null;
  /** @returns false where the browser refused */
  set(name: StoredName, value: string): boolean;
  remove(name: StoredName): void;
}

type StoredName = 'consent' | 'order' | 'coin';

/** @param open  gives localStorage, and throws where cookies are blocked; null: keep nothing */
export function siteStorage(site: string, open: (() => Storage) | null): SiteStorage {
  const keyOf = (name: StoredName): string => `homebody/${site}/${name}`;
  const attempt = <Result>(work: (storage: Storage) => Result): Result | null => {
    try {
      return open && work(open());
    } catch {
      return null; // blocked or full: the callers' answers for “nothing there” are right for it
    }
  };
  return {
    keyOf,
    get: (name) => attempt((storage) => storage.getItem(keyOf(name))),
    set: (name, value) => attempt((storage) => storage.setItem(keyOf(name), value)) !== null,
    remove: (name) => void attempt((storage) => storage.removeItem(keyOf(name))),
  };
}
