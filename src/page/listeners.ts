/** A set of callbacks of the shop: one that throws stops neither us nor the others. */
export interface Listeners<Value> {
  /** @returns the way out */
  add(listener: (value: Value) => void): () => void;
  tell(value: Value): void;
}

export function createListeners<Value>(onThrown: (thrown: unknown) => void): Listeners<Value> {
  const listeners = new Set<(value: Value) => void>();
  return {
    add(listener) {
      const own = (value: Value): void => {
        try {
          listener(value);
        } catch (thrown) {
          onThrown(thrown);
        }
      };
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    tell(value) {
      for (const listener of [...listeners]) listener(value);
    },
  };
}
