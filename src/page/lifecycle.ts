interface Lifecycle {
  /** The page may be gone after this. */
  onHide(): void;
  /** Seen again, or back from the back/forward cache. */
  onShow(): void;
  onLoad(): void;
  /** Another tab changed localStorage; null: cleared it. */
  onStored(key: string | null): void;
}

/** @returns the way out */
export function watchLifecycle(lifecycle: Lifecycle): () => void {
  const leaving = new AbortController();
  const { signal } = leaving;
  document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? lifecycle.onHide() : lifecycle.onShow()), { signal });
  addEventListener('pagehide', () => lifecycle.onHide(), { signal });
  addEventListener('pageshow', (event) => event.persisted && lifecycle.onShow(), { signal });
  addEventListener('load', () => lifecycle.onLoad(), { signal });
  addEventListener('storage', (event) => lifecycle.onStored(event.key), { signal });
  return () => leaving.abort();
}
