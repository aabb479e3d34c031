const everyMs = 500;

export interface EvalProgress {
  tell(what: string, done: number, of: number): void;
  end(): void;
}

/** One line on standard error: rewritten on a terminal, twice a second when piped; every new kind of step at once. */
export function createEvalProgress(stream: NodeJS.WriteStream = process.stderr): EvalProgress {
  let toldAt = 0;
  let told = '';
  let hasLine = false;
  return {
    tell(what, done, of) {
      const now = Date.now();
      if (what === told && now - toldAt < everyMs && done !== of) return;
      told = what;
      toldAt = now;
      const line =
        of === 0 ? `${what}: ${done.toLocaleString('en')}` : `${what}: ${done.toLocaleString('en')} of ${of.toLocaleString('en')}`;
      stream.write(stream.isTTY ? `\r${line}\u001B[K` : `${line}\n`);
      hasLine = stream.isTTY;
    },
    end() {
      if (hasLine) stream.write('\r\u001B[K');
    },
  };
}
