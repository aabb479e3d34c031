import { deleteDB, openDB } from 'idb';
import { describe, expect, test } from 'vitest';
import { openIdbLedgerStore } from './ledger-idb.js';
import { openIdbProfileStore } from './idb-store.js';
import { recordOf } from './profile-store.contract.js';

/** What only a real database can do: schemas, connections that hold on, several versions. Run in Node and in browsers. */
export function describeIdbLife(freshSite: () => string): void {
  describe('a profile database in the wild', () => {
    test('an older SDK that meets a newer schema says so and deletes nothing', async () => {
      const site = freshSite();
      const newer = await openDB(`homebody/${site}`, 99, { upgrade: (database) => void database.createObjectStore('future') });
      await newer.put('future', 'precious', 1);
      newer.close();
      await expect(openIdbProfileStore(site)).rejects.toMatchObject({ code: 'schema-newer' });
      const again = await openDB(`homebody/${site}`, 99);
      expect(await again.get('future', 1)).toBe('precious');
      again.close();
    });

    test('lets go at once when a newer SDK upgrades, and says why from then on', async () => {
      const site = freshSite();
      const store = await openIdbProfileStore(site);
      await store.append(recordOf(['a']), 0);
      const newer = await openDB(`homebody/${site}`, 99);
      await expect(store.append(recordOf(['b']), 1)).rejects.toMatchObject({ code: 'schema-newer' });
      expect(await newer.count('log')).toBe(1);
      newer.close();
    });

    test('an upgrade that another tab blocks is refused with a code', async () => {
      const site = freshSite();
      // Version 0.5 of the world: a tab without a versionchange listener keeps an empty older schema open.
      const stubborn = await openDB(`homebody/${site}`, 1);
      await expect(openIdbProfileStore(site, [() => {}, () => {}])).rejects.toMatchObject({ code: 'storage-blocked' });
      stubborn.close();
    });

    test('another tab that erases closes this one', async () => {
      const site = freshSite();
      const [mine, other] = [await openIdbProfileStore(site), await openIdbProfileStore(site)];
      await other.destroy();
      expect(mine.lost()).toMatchObject({ code: 'closed' });
      await expect(mine.readLog(0)).rejects.toMatchObject({ code: 'closed' });
    });

    test('erasing is not silent where a stubborn tab holds the database', async () => {
      const site = freshSite();
      const store = await openIdbProfileStore(site);
      const stubborn = await openDB(`homebody/${site}`);
      await expect(store.destroy()).rejects.toMatchObject({ code: 'storage-blocked' });
      stubborn.close();
    });

    test('two sites of one origin do not see each other', async () => {
      const [first, second] = [await openIdbProfileStore(freshSite()), await openIdbProfileStore(freshSite())];
      await first.append(recordOf(['a']), 0);
      expect(await second.readLog(0)).toEqual([]);
      first.close();
      second.close();
    });

    test('a value that cannot be stored undoes the whole append', async () => {
      const store = await openIdbProfileStore(freshSite());
      const broken = { ...recordOf(['a']), atMs: (() => 1) as unknown as number };
      await expect(store.append(broken, 0)).rejects.toMatchObject({ code: 'storage-corrupt' });
      expect(await store.append(recordOf(['a']), 0)).toEqual({ ok: true, position: 1 });
      store.close();
    });
  });

  describe('a ledger database in the wild', () => {
    test('a newer ledger refuses: whoever cannot read it does not contribute', async () => {
      const newer = await openDB('homebody-ledger', 99);
      newer.close();
      await expect(openIdbLedgerStore(1)).rejects.toMatchObject({ code: 'schema-newer' });
      await deleteDB('homebody-ledger');
    });
  });
}
