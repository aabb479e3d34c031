/**
 * Hears every entry of `window.dataLayer`: what was pushed before us, what is pushed later, and what went around us
 * because another script put its own `push` over ours or replaced the array. Nothing here can throw into a push.
 */

type Push = (...entries: unknown[]) => number;

interface DataLayer extends Array<unknown> {
  push: Push;
}

interface DataLayerHost {
  dataLayer?: unknown;
}

/**
 * @param host     the window
 * The wrapper stays for the life of the page: taking it out from under a later one would cut that off.
 * @param onEntry  gets each entry once for each push; what it throws goes to `onError`
 * @returns looks for what went around the wrapper
 */
export function listenToDataLayer(host: DataLayerHost, onEntry: (entry: unknown) => void, onError: (thrown: unknown) => void): () => void {
  const heard = new WeakSet<object>();
  let layer: DataLayer | undefined;

  const hear = (entry: unknown): void => {
    if (typeof entry !== 'object' || entry === null) return;
    heard.add(entry);
    try {
      onEntry(entry);
    } catch (thrown) {
      onError(thrown);
    }
  };

  const attach = (array: DataLayer): void => {
    layer = array;
    const inner = array.push;
    array.push = function push(this: unknown, ...entries: unknown[]): number {
      scan(); // what went around us came first
      // Then ours: the tag manager behind `inner` may truncate the array or push again from inside.
      for (const entry of entries) hear(entry);
      return inner.apply(this ?? array, entries);
    };
  };

  /** Entries are only ever added at the end, so the unheard ones lie behind the last heard one. */
  const scan = (): void => {
    const current = (Array.isArray(host.dataLayer) ? host.dataLayer : (host.dataLayer = [])) as DataLayer;
    if (current !== layer) attach(current);
    let from = current.length;
    while (from > 0 && !heard.has(Object(current[from - 1]))) from--;
    for (const entry of current.slice(from)) hear(entry);
  };

  scan();
  return scan;
}
