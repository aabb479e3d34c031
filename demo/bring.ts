import { spawn } from 'node:child_process';

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

let isRunning = false;

/** Only pages of this very origin on this very machine may ask. Answers JSON lines until the simulator ends. */
export function bringShoppers(request: Request, { command }: BringOptions): Response {
  const host = new URL(request.url).hostname;
  const origin = request.headers.get('origin');
  if (!isLoopback(host) || origin === null || new URL(origin).host !== new URL(request.url).host)
    return refuse(403, 'only the page of this shop on this machine may do that');
  if (isRunning) return refuse(409, 'the shoppers are already on their way');
  const [program, ...args] = command;
  if (program === undefined) return refuse(500, 'no simulator is configured');
  isRunning = true;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let isOpen = true;
      let lastNote = '';
      const send = (line: BringLine): void => {
        if (isOpen) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      const hear = (text: string): void => {
        for (const piece of text.split(/[\r\n]+/)) {
          const line = readLine(piece);
          if (line === null) continue;
          if (line.kind === 'note') lastNote = line.text;
          send(line);
        }
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      const end = (ok: boolean, text: string): void => {
        isRunning = false;
        send({ kind: 'end', ok, text });
        if (isOpen) controller.close();
        isOpen = false;
      };
      child.once('error', (error) => end(false, error.message));
      child.once('close', (code) =>
        end(code === 0, code === 0 ? 'All of them have been and gone.' : `The simulator stopped with code ${code}. ${lastNote}`),
      );
    },
    cancel() {
      child.kill();
      isRunning = false;
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store, no-transform', 'content-encoding': 'identity' },
  });
}

// oxlint-disable-next-line no-control-regex -- terminals colour and move with escape sequences; they are what is removed
const escapes = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** The simulator's own JSON lines, or its progress bar (`… 600/2000 …`), or words. */
function readLine(text: string): BringLine | null {
  const clean = text.replace(escapes, '').trim();
  if (clean === '') return null;
  const counted = /(\d[\d,]*)\s*(?:\/|of)\s*(\d[\d,]*)/.exec(clean);
  if (counted?.[1] !== undefined && counted[2] !== undefined) {
    const number = (digits: string): number => Number(digits.replaceAll(',', ''));
    return { kind: 'progress', done: number(counted[1]), total: number(counted[2]) };
  }
  return { kind: 'note', text: clean.slice(0, 300) };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || host.startsWith('127.');

function refuse(status: number, text: string): Response {
  return new Response(`${JSON.stringify({ kind: 'end', ok: false, text } satisfies BringLine)}\n`, {
    status,
    headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' },
  });
}
