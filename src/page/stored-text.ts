/** One key of localStorage. Reading stores nothing; where the browser refuses storage the key is absent and nothing is kept. */
export interface StoredText {
  get(): string | null;
  /**
   * @param value  null removes the key
   * @returns false where the browser refused
   */
  set(value: string | null): boolean;
}

export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface StorageHost {
  /** The getter itself throws where cookies are blocked. */
  readonly localStorage?: TextStorage | null;
}

export function storedText(host: StorageHost, key: string): StoredText {
  const attempt = <Result>(work: (storage: TextStorage) => Result): Result | null => {
    try {
      return host.localStorage ? work(host.localStorage) : null;
    } catch {
      return null; // blocked or full: as if nothing were there
    }
  };
  return {
    get: () => attempt((storage) => storage.getItem(key)),
    set: (value) => attempt((storage) => (value === null ? storage.removeItem(key) : storage.setItem(key, value))) !== null,
  };
}
