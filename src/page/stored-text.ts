/** One key of localStorage. Reading stores nothing; where the browser refuses storage the key is absent and nothing is kept. */
export interface StoredText {
  get(): string | null;
  /** @param value  null removes the key */
  set(value: string | null): void;
}

export interface StorageHost {
  /** The getter itself throws where cookies are blocked. */
  readonly localStorage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

export function storedText(host: StorageHost, key: string): StoredText {
  const attempt = <Result>(work: (storage: NonNullable<StorageHost['localStorage']>) => Result): Result | null => {
    try {
      return host.localStorage ? work(host.localStorage) : null;
    } catch {
      return null; // blocked or full: as if nothing were there
    }
  };
  return {
    get: () => attempt((storage) => storage.getItem(key)),
    set: (value) => void attempt((storage) => (value === null ? storage.removeItem(key) : storage.setItem(key, value))),
  };
}
