/**
 * Rows that have nothing in common learn in one draw, a wave; a row comes one wave after the last row before it that touches one of
 * its members, so the result is that of the rows in order. Wave w reads one of two textures and writes the other, w mod 2. What
 * a wave needs and was last written where that wave cannot read it is copied by the wave before.
 */
export interface Waves {
  /**
   * The wave of the next row.
   * @param members  the row's, without repetition
   * @param isStep   whether it changes them
   * @param copy     is told what must be copied, and in which wave
   */
  take(members: ArrayLike<number>, isStep: boolean, copy: (wave: number, member: number) => void): number;
  /** In which of the two textures the last value of a member lies. */
  placeOf(member: number): 0 | 1;
}

export function createWaves(memberCount: number): Waves {
  const next = new Uint32Array(memberCount); // the first wave that a member is free for
  const places = new Uint8Array(memberCount).fill(3); // bit t: texture t holds the last value; at first both do
  return {
    take(members, isStep, copy) {
      let wave = 0;
      for (let at = 0; at < members.length; at++) wave = Math.max(wave, next[members[at]!]!);
      const [read, written] = [2 - (wave & 1), 1 + (wave & 1)]; // bits
      for (let at = 0; at < members.length; at++) {
        const member = members[at]!;
        next[member] = wave + 1;
        if ((places[member]! & read) === 0) {
          copy(wave - 1, member);
          places[member]! |= read;
        }
        if (isStep) places[member] = written;
      }
      return wave;
    },
    placeOf: (member) => ((places[member]! & 1) === 0 ? 1 : 0),
  };
}

/** What is drawn, in the order of the waves. */
export interface Tasks {
  /** [tasks · numbers of a task] */
  readonly numbers: Float32Array;
  /** [waves + 1], first task of each wave and the end of the last */
  readonly starts: readonly number[];
}

/** Collects tasks of so many numbers wave by wave, in any order. */
export function createTaskList(size: number): { add(wave: number, ...task: readonly number[]): void; done(): Tasks } {
  const waves: number[][] = [];
  return {
    add(wave, ...task) {
      while (waves.length <= wave) waves.push([]);
      waves[wave]!.push(...task);
    },
    done() {
      const starts = [0];
      for (const tasks of waves) starts.push(starts.at(-1)! + tasks.length / size);
      const numbers = new Float32Array(starts.at(-1)! * size);
      for (const [wave, own] of waves.entries()) numbers.set(own, starts[wave]! * size);
      return { numbers, starts };
    },
  };
}
