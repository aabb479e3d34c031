/** A set of callbacks of the shop: one that throws stops neither us nor the others. */
export interface Listeners<Value> {
  /**
   * @param now  told to this one at once, if there is anything
   * @returns the way out
   */
  add(listener: (value: Value) => void, now?: Value): () => void;
  tell(value: Value): void;
}

export function createListeners<Value>(onThrown: (thrown: unknown) => void): Listeners<Value> {
  const listeners = new Set<(value: Value) => void>();
  return {
    add(listener, now) {
      const own = (value: Value): void => {
        try {
          listener(value);
        } catch (thrown) {
          onThrown(thrown);
        }
      };
      listeners.add(own);
      if (now !== undefined) own(now);
      return () => void listeners.delete(own);
    },
    tell: (value) => [...listeners].forEach((listener) => listener(value)),
  };
}
