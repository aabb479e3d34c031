import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext } from 'playwright';
import { chromiumArgs, findChromium } from '../../build/browser.js';

/** A browser whose profile outlives it: it can be killed as a machine would kill it, and started again. */
export interface OwnBrowser extends AsyncDisposable {
  /** Errors: none within ten seconds. */
  start(): Promise<BrowserContext>;
  /** SIGKILL to all its processes at once; resolves when they are gone. */
  kill(): Promise<void>;
}

const startPatienceMs = 10_000;

export async function createOwnBrowser(): Promise<OwnBrowser> {
  const folder = await mkdtemp(path.join(tmpdir(), 'homebody-browser-'));
  const executable = findChromium() ?? chromium.executablePath();
  let kill = async (): Promise<void> => undefined;
  return {
    async start() {
      const portFile = path.join(folder, 'DevToolsActivePort');
      await rm(portFile, { force: true });
      // Its own process group, so that one signal reaches the renderers, too.
      const child = spawn(
        executable,
        [...chromiumArgs, '--headless', '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'],
        { detached: true, stdio: 'ignore' },
      );
      const gone = once(child, 'exit');
      kill = async () => {
        if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        await gone;
      };
      const browser = await chromium.connectOverCDP(`http://127.0.0.1:${await portIn(portFile)}`);
      return browser.contexts()[0]!; // a browser of its own has one
    },
    kill: () => kill(),
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Written by the browser once it listens. */
async function portIn(file: string): Promise<string> {
  const giveUpAtMs = performance.now() + startPatienceMs;
  for (;;) {
    const [port] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    if (port !== undefined && port !== '') return port;
    if (performance.now() > giveUpAtMs) throw new Error('the browser did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
