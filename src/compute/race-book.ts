import type { EngineName } from './engine.js';
import { readRaces, type KernelName, type Race } from './race.js';

/** The races run on this device so far. */
export interface RaceBook {
  all(): readonly Race[];
  /** Fastest first, without what cannot be used now. */
  ranking(kernel: KernelName, size: number): readonly Race[];
  /** Is this engine the fastest at anything? */
  wins(engine: EngineName): boolean;
  replace(kernel: KernelName, size: number, results: readonly Pick<Race, 'engine' | 'bestMs'>[]): void;
}

/** @param stored  of earlier visits; what is no race is ignored */
export function createRaceBook(stored: unknown, isUsable: (engine: EngineName) => boolean): RaceBook {
  let races = readRaces(stored);
  const ranking = (kernel: KernelName, size: number): readonly Race[] =>
    races
      .filter((race) => race.kernel === kernel && race.size === size && isUsable(race.engine))
      .sort((left, right) => left.bestMs - right.bestMs);
  return {
    all: () => races,
    ranking,
    wins: (engine) => races.some((race) => race.engine === engine && ranking(race.kernel, race.size)[0] === race),
    replace(kernel, size, results) {
      const others = races.filter((race) => race.kernel !== kernel || race.size !== size);
      races = [...others, ...results.map((result) => ({ kernel, size, ...result }))];
    },
  };
}
