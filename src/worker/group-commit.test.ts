import { describe, expect, test } from 'vitest';
import { createGroupCommit } from './group-commit.js';

/** A commit that finishes when told to. */
function heldCommit() {
  const groups: (readonly number[])[] = [];
  const finish: ((error?: unknown) => void)[] = [];
  const commit = (group: readonly number[]): Promise<void> => {
    groups.push(group);
    return new Promise((resolve, reject) => finish.push((error) => (error === undefined ? resolve() : reject(error))));
  };
  return { groups, finish, commit };
}

const ticks = async (count = 10): Promise<void> => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

describe('group commit', () => {
  test('an idle writer commits at once and what arrives meanwhile is the next group', async () => {
    const held = heldCommit();
    const queue = createGroupCommit(100, held.commit);
    const first = queue.add([1]);
    const second = queue.add([2, 3]);
    const third = queue.add([4]);
    expect(held.groups).toEqual([[1]]);
    held.finish[0]!();
    await first;
    await ticks();
    expect(held.groups).toEqual([[1], [2, 3, 4]]);
    held.finish[1]!();
    await Promise.all([second, third]);
  });

  test('nothing is acknowledged before its group is committed', async () => {
    const held = heldCommit();
    const queue = createGroupCommit(100, held.commit);
    let isAcknowledged = false;
    const done = queue.add([7]).then(() => (isAcknowledged = true));
    await ticks();
    expect(isAcknowledged).toBe(false);
    held.finish[0]!();
    await done;
    expect(isAcknowledged).toBe(true);
  });

  test('a group holds at most the limit, and an addition larger than that waits for all its groups', async () => {
    const groups: (readonly number[])[] = [];
    const queue = createGroupCommit<number>(3, async (group) => void groups.push(group));
    await queue.add([1, 2, 3, 4, 5, 6, 7]);
    expect(groups).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  });

  test('adding nothing does not stop what comes after', async () => {
    const groups: (readonly number[])[] = [];
    const queue = createGroupCommit<number>(3, async (group) => void groups.push(group));
    await queue.add([]);
    await queue.add([5]);
    expect(groups).toEqual([[5]]);
  });

  test('a failed group rejects those in it and nobody else', async () => {
    const held = heldCommit();
    const queue = createGroupCommit(1, held.commit);
    const first = queue.add([1]);
    const second = queue.add([2]);
    held.finish[0]!(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    await ticks();
    held.finish[1]!();
    await expect(second).resolves.toBeUndefined();
    await queue.settled();
  });
});
