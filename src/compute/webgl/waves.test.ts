import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTaskList, createWaves } from './waves.js';

interface Row {
  readonly members: readonly number[];
  readonly isStep: boolean;
}

/** A number that tells which rows made it, in which order, out of what. */
function made(row: number, members: readonly number[], values: readonly number[]): number {
  let number = row + 1;
  for (const member of members) number = (Math.imul(number, 0x7feb352d) ^ (values[member]! + member)) >>> 0;
  return number;
}

const memberCount = 6;
const start = [11, 22, 33, 44, 55, 66];

function oneByOne(rows: readonly Row[]): readonly number[] {
  const values = [...start];
  for (const [row, { members, isStep }] of rows.entries()) {
    const value = made(row, members, values);
    if (isStep) for (const member of members) values[member] = value + member;
  }
  return values;
}

/** As a GPU does it: a wave sees one texture, and writes the other. @returns the last values, and what each row saw */
function inWaves(rows: readonly Row[]): { readonly values: readonly number[]; readonly seen: readonly number[]; readonly waves: number } {
  const waves = createWaves(memberCount);
  const tasks: { wave: number; run(read: readonly number[], write: number[]): void }[] = [];
  const seen: number[] = [];
  let last = -1;
  for (const [row, { members, isStep }] of rows.entries()) {
    const wave = waves.take(members, isStep, (before, member) =>
      tasks.push({ wave: before, run: (read, write) => void (write[member] = read[member]!) }),
    );
    last = Math.max(last, wave);
    const run = (read: readonly number[], write: number[]): void => {
      seen[row] = made(row, members, read);
      if (isStep) for (const member of members) write[member] = seen[row]! + member;
    };
    tasks.push({ wave, run });
  }
  const textures = [[...start], [...start]];
  for (let wave = 0; wave <= last; wave++) {
    const [read, write] = [textures[1 - (wave & 1)]!, textures[wave & 1]!];
    for (const task of tasks) if (task.wave === wave) task.run(read, write);
  }
  return { values: start.map((_, member) => textures[waves.placeOf(member)]![member]!), seen, waves: last + 1 };
}

const anyRows = fc.array(fc.record({ members: fc.uniqueArray(fc.nat(memberCount - 1), { maxLength: 3 }), isStep: fc.boolean() }), {
  maxLength: 25,
});

test('rows in waves see and leave what they do one by one, in order', () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const { values, seen } = inWaves(rows);
      expect(values).toEqual(oneByOne(rows));
      for (let row = 0; row < rows.length; row++) expect(seen[row]).toBe(made(row, rows[row]!.members, oneByOne(rows.slice(0, row))));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('rows without anything in common are one wave, rows that stand on each other one each', () => {
  expect(inWaves([0, 1, 2].map((member) => ({ members: [member, member + 3], isStep: true }))).waves).toBe(1);
  expect(inWaves([0, 1, 2].map((member) => ({ members: [member, 5], isStep: true }))).waves).toBe(3);
});

test('tasks come in the order of their waves, and of each wave in the order they were added', () => {
  const list = createTaskList(2);
  list.add(2, 7, 8);
  list.add(0, 1, 2);
  list.add(2, 9, 10);
  const { numbers, starts } = list.done();
  expect([...numbers]).toEqual([1, 2, 7, 8, 9, 10]);
  expect(starts).toEqual([0, 1, 1, 3]);
});
