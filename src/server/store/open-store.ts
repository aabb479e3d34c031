import { SdkError } from '../../core/errors.js';
import type { RoundStore } from './round-store.js';

/**
 * Opens the store a text names. Drivers are loaded only when asked for: SQLite's has to be compiled, PostgreSQL's is an optional peer.
 * @param name  `memory:`, `sqlite:FILE` or `postgres://…`
 */
export async function openStore(name: string): Promise<RoundStore> {
  if (name === 'memory:' || name === 'memory') return (await import('./memory-store.js')).openMemoryStore();
  const file = sqliteFile(name);
  if (file !== null) return (await import('./sqlite-store.js')).openSqliteStore(file);
  if (isPostgres(name)) return (await import('./postgres-store.js').catch(withoutDriver)).openPostgresStore(name);
  throw new SdkError('invalid-options', `a store is memory: or sqlite:FILE or postgres://…, got “${storeWithoutSecrets(name)}”`);
}

/**
 * Moves what a SQLite store holds into an empty PostgreSQL.
 * @param from  `sqlite:FILE`
 * @param to  `postgres://…`
 * @returns  how many report ids went along
 */
export async function copyStore(from: string, to: string): Promise<number> {
  const file = sqliteFile(from);
  if (file === null || !isPostgres(to)) {
    const got = `${storeWithoutSecrets(from)} to ${storeWithoutSecrets(to)}`;
    throw new SdkError('invalid-options', `copying goes from sqlite:FILE to postgres://…, got ${got}`);
  }
  return (await import('./copy-to-postgres.js').catch(withoutDriver)).copyToPostgres(file, to);
}

function withoutDriver(thrown: unknown): never {
  if (thrown instanceof Error && /Cannot find package 'pg'/.test(thrown.message))
    throw new SdkError('invalid-options', 'the package pg is missing; run: npm install pg', { cause: thrown });
  throw thrown;
}

export function isPostgres(name: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(name);
}

/** The store as it may be shown: an address without user, password and options. */
export function storeWithoutSecrets(name: string): string {
  const address = /^([a-z][a-z0-9+.-]*:\/\/)(?:.*@)?([^?]*)/i.exec(name);
  return address === null ? name : `${address[1]}${address[2]}`;
}

/** Where a secret lies unless the operator says otherwise; null: only in memory. */
export function secretFileBeside(store: string, kind: string): string | null {
  const file = sqliteFile(store);
  return file === null ? null : `${file}.${kind}`;
}

function sqliteFile(name: string): string | null {
  return name.startsWith('sqlite:') && name.length > 7 ? name.slice(7) : null;
}
