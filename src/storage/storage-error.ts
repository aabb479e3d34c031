import { SdkError } from '../core/errors.js';

/** What IndexedDB throws, in our words. `name` is the only field all browsers agree on. */
export function storageError(thrown: unknown, doing: string): SdkError {
  if (thrown instanceof SdkError) return thrown;
  const name = thrown instanceof Error || isNamed(thrown) ? thrown.name : String(thrown);
  const detail = thrown instanceof Error ? thrown.message : '';
  switch (name) {
    case 'QuotaExceededError':
      return new SdkError(
        'storage-full',
        `${doing}: the browser's disk quota is used up. Nothing was written; events stay in memory until space is free.`,
        { cause: thrown },
      );
    case 'VersionError':
      return new SdkError(
        'schema-newer',
        `${doing}: the stored schema is newer than this SDK. Nothing was changed; run in memory, or load the newer SDK.`,
        { cause: thrown },
      );
    case 'DataCloneError':
    case 'DataError':
      return new SdkError('storage-corrupt', `${doing}: the value cannot be stored (${detail}).`, { cause: thrown });
    default:
      return new SdkError(
        'storage-unavailable',
        `${doing}: ${name}${detail === '' ? '' : ` (${detail})`}. Private windows and blocked site data do this; run in memory.`,
        { cause: thrown },
      );
  }
}

function isNamed(thrown: unknown): thrown is { readonly name: string } {
  return typeof thrown === 'object' && thrown !== null && 'name' in thrown && typeof thrown.name === 'string';
}
