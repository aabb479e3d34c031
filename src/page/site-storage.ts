/**
 * Keys of one site in localStorage or sessionStorage, `homebody/<site>/…`. Reading stores nothing; a browser that refuses storage reads as
 * empty, and says so when something is to be kept.
 */
export interface SiteStorage {
  /** The whole key, as the other tabs' `storage` events name it. */
  keyOf(name: StoredName): string;
  get(name: StoredName): string | null;
  /**
   * @param value  null removes the key
   * @returns false where the browser refused
   */
  set(name: StoredName, value: string | null): boolean;
}

type StoredName = 'consent' | 'order' | 'coin' | 'queue';

/** @param open  gives the storage, and throws where cookies are blocked; null: keep nothing */
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
    set: (name, value) => attempt((storage) => (value ? storage.setItem(keyOf(name), value) : storage.removeItem(keyOf(name)))) !== null,
  };
}
