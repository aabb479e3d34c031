import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** “Bring 2,000 shoppers”: this server starts the simulator, which speaks the real protocol to the real endpoint. */

export interface BringOptions {
  /** Executable and arguments. */
  readonly command: readonly string[];
}

/** One line of the answer, JSON. */
export type BringLine =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'end'; readonly ok: boolean; readonly text: string };

export interface Bring {
  /**
   * Only pages of this very origin on this very machine may ask. Answers JSON lines until the simulator ends; it goes on
   * where the page stops listening.
   */
  answer(request: Request): Response;
  stop(): void;
}

export function createBring({ command }: BringOptions): Bring {
  let running: ChildProcess | null = null;
  return {
    answer(request) {
      const { host, hostname } = new URL(request.url);
      const origin = request.headers.get('origin');
      if (!isLoopback(hostname) || origin === null || !URL.canParse(origin) || new URL(origin).host !== host) {
        return refuse(403, 'only the page of this shop on this machine may do that');
      }
      if (running !== null) return refuse(409, 'The shoppers are already on their way.');
      const [program = '', ...args] = command;
      const child = (running = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
      return new Response(
        linesOf(child, () => (running = null)),
        { headers },
      );
    },
    stop() {
      running?.kill();
    },
  };
}

const headers = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store, no-transform', 'content-encoding': 'identity' };

function linesOf(child: ChildProcess, onEnd: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isHeard = true;
  return new ReadableStream({
    start(controller) {
      let lastNote = '';
      const send = (line: BringLine): void => {
        if (isHeard) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      const hear = (text: string): void => {
        const line = lineOf(text.trim());
        if (line?.kind === 'note') lastNote = line.text;
        if (line !== null) send(line);
      };
      const end = (ok: boolean, text: string): void => {
        onEnd();
        send({ kind: 'end', ok, text });
        if (isHeard) controller.close();
        isHeard = false;
      };
      for (const input of [child.stdout, child.stderr]) if (input !== null) createInterface({ input }).on('line', hear);
      child.once('error', (error) => end(false, error.message));
      child.once('close', (code) => end(code === 0, code === 0 ? lastNote : `The simulator stopped with code ${code}. ${lastNote}`));
    },
    cancel() {
      isHeard = false;
    },
  });
}

/** `{"done":1200,"of":2000}` and `{"note":"…"}` of `simulate --progress-json`; anything else is words. */
function lineOf(text: string): BringLine | null {
  if (text === '') return null;
  try {
    const { done, of, note } = JSON.parse(text) as { readonly done?: unknown; readonly of?: unknown; readonly note?: unknown };
    if (typeof done === 'number' && typeof of === 'number') return { kind: 'progress', done, total: of };
    if (typeof note === 'string') return { kind: 'note', text: note };
  } catch {
    // words, not JSON
  }
  return { kind: 'note', text: text.slice(0, 300) };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || host.startsWith('127.');

function refuse(status: number, text: string): Response {
  return new Response(`${JSON.stringify({ kind: 'end', ok: false, text } satisfies BringLine)}\n`, { status, headers });
}
