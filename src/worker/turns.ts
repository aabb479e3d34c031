/** One at a time: everything that changes the profile takes a turn, in the order of asking. */

export interface Turns {
  /** Runs `task` when all earlier ones have settled; a failed turn does not stop the next. */
  run<Result>(task: () => Promise<Result> | Result): Promise<Result>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run<Result>(task: () => Promise<Result> | Result): Promise<Result> {
      const turn = last.then(task);
      last = turn.catch(() => undefined); // whoever asked for that turn hears of its error
      return turn;
    },
  };
}
