import { spawn } from 'node:child_process';

/** One step of a longer run: a command, timed, its output shown only when it fails. */
export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

/**
 * Runs a command without standard input and prints one line when it ends.
 * @param command  program and arguments; `node_modules/.bin` is on the path
 */
export async function runStep(name: string, command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<StepResult> {
  const startedAt = performance.now();
  const [program, ...args] = command;
  if (program === undefined) throw new Error(`step ${name} has no command`);
  const chunks: Buffer[] = [];
  const exitCode = await new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `node_modules/.bin:${process.env['PATH'] ?? ''}`, FORCE_COLOR: '0', ...env },
    });
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const output = Buffer.concat(chunks).toString('utf8');
  const ok = exitCode === 0;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)`);
  if (!ok) console.log(output);
  return { name, ok, seconds, output };
}
