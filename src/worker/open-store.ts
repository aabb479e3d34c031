import { SdkError, toSdkError } from '../core/errors.js';
import { openMemoryProfileStore } from '../storage/memory-store.js';
import type { ProfileStore } from '../storage/profile-store.js';
import { withDeadline, type Clock } from './clock.js';

/** IndexedDB may hang without an event (a stuck upgrade, a dead disk): the shop's shelf does not wait for it. */
const openDeadlineMs = 3_000;

/**
 * Opens the profile's store; where that fails for any reason the profile lives in memory and the reason is answered.
 * Nothing that could not be opened is ever deleted.
 */
export async function openStore(
  clock: Clock,
  wanted: 'indexeddb' | 'memory',
  openDurable: () => Promise<ProfileStore>,
): Promise<{ readonly store: ProfileStore; readonly error: SdkError | null }> {
  if (wanted === 'memory') return { store: openMemoryProfileStore(), error: null };
  try {
    const store = await withDeadline(clock, openDurable(), openDeadlineMs, 'storage-blocked', 'opening the profile', (late) =>
      late.close(),
    );
    return { store, error: null };
  } catch (thrown) {
    return { store: openMemoryProfileStore(), error: toSdkError(thrown, 'storage-unavailable') };
  }
}
