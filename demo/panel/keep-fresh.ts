/**
 * Runs `refresh` now and every `everyMs` while the page is seen, never twice at once, until `signal` aborts.
 * A failure is handed to `onFail` and does not end it.
 */
export function keepFresh(
  refresh: () => Promise<void>,
  onFail: (thrown: unknown) => void,
  everyMs: number,
  signal: AbortSignal,
): () => void {
  let isBusy = false;
  let isWanted = false;
  const run = (): void => {
    if (signal.aborted || document.hidden) return;
    if (isBusy) {
      isWanted = true;
      return;
    }
    isBusy = true;
    refresh()
      .catch((thrown: unknown) => {
        if (!signal.aborted) onFail(thrown);
      })
      .finally(() => {
        isBusy = false;
        if (isWanted) {
          isWanted = false;
          run();
        }
      });
  };
  const timer = setInterval(run, everyMs);
  signal.addEventListener('abort', () => clearInterval(timer));
  run();
  return run;
}
