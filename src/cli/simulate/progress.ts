import { SingleBar } from 'cli-progress';

/** Tells a person or a program how far long work is, on standard error; results go to standard output. */
export interface Progress {
  add(done: number): void;
  /** A line between the steps. */
  note(text: string): void;
  end(): void;
}

const EVERY_MS = 400;

/**
 * A bar on a terminal, `1,200 of 2,000 shoppers` lines when piped, `{"done":1200,"of":2000}` lines where asked for.
 * @param what  plural, for the words
 */
export function createProgress(total: number, what: string, isJson: boolean, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (stream.isTTY && !isJson) {
    const bar = new SingleBar({
      format: `{bar} {value} of {total} ${what} · {eta_formatted} left`,
      stream,
      hideCursor: true,
      clearOnComplete: true,
    });
    bar.start(total, 0);
    return { add: (done) => bar.increment(done), note: (text) => void stream.write(`\r${text}\n`), end: () => bar.stop() };
  }
  let done = 0;
  let toldAt = 0;
  let told = -1;
  const tell = (): void => {
    told = done;
    toldAt = Date.now();
    stream.write(isJson ? `${JSON.stringify({ done, of: total })}\n` : `${done} of ${total} ${what}\n`);
  };
  return {
    add(more) {
      done += more;
      if (Date.now() - toldAt >= EVERY_MS) tell();
    },
    note: (text) => void stream.write(isJson ? `${JSON.stringify({ note: text })}\n` : `${text}\n`),
    end() {
      if (told !== done) tell();
    },
  };
}
