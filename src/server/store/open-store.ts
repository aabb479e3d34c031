import { SdkError } from '../../core/errors.js';
import type { RoundStore } from './round-store.js';

/**
 * Opens the store a text names. SQLite is loaded only when asked for: it is an optional peer that has to be compiled.
 * @param name  `memory:` or `sqlite:FILE`
 */
export async function openStore(name: string): Promise<RoundStore> {
  if (name === 'memory:' || name === 'memory') return (await import('./memory-store.js')).openMemoryStore();
  const file = sqliteFile(name);
  if (file !== null) return (await import('./sqlite-store.js')).openSqliteStore(file);
  throw new SdkError('invalid-options', `a store is memory: or sqlite:FILE, got “${name}”`);
}

/** Where a secret lies unless the operator says otherwise; null: only in memory. */
export function secretFileBeside(store: string, kind: string): string | null {
  const file = sqliteFile(store);
  return file === null ? null : `${file}.${kind}`;
}

function sqliteFile(name: string): string | null {
  return name.startsWith('sqlite:') && name.length > 7 ? name.slice(7) : null;
}
