import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { prepareSqlite } from './prepare-machine.js';
import { runStep } from './steps.js';

/** `npm start`: builds what is missing or asked for, then runs the endpoint and the demo shop in one process. */
export async function main(args: readonly string[]): Promise<void> {
  await prepareSqlite();
  const isBuilt = existsSync('dist/cli.js') && existsSync('dist/types') && existsSync('dist-demo/server.js');
  if (!isBuilt || args.includes('--build')) {
    for (const [name, script] of [
      ['build', 'build/build.ts'],
      ['build of the demo', 'build/build-demo.ts'],
    ] as const) {
      const step = await runStep(name, ['node', 'build/run.mjs', script]);
      if (!step.ok) throw new Error(`${name} failed, see above`);
    }
  }
  await mkdir('.data', { recursive: true });
  const serverFile = pathToFileURL('dist-demo/server.js').href;
  const { startDemo } = (await import(/* @vite-ignore */ serverFile)) as typeof import('../demo/start.js');
  const demo = await startDemo({
    distDir: 'dist',
    demoDir: 'dist-demo',
    store: 'sqlite:.data/rounds.db',
    shopPort: 5173,
    endpointPort: 8787,
    log: (line) => console.error(line),
  });
  console.log('');
  console.log('Shop:');
  console.log(demo.shopUrl);
  console.log('Endpoint:');
  console.log(demo.endpointUrl);
  console.log('Open the shop, say yes to personalisation, look at three colours of one kind and go back home. Ctrl-C ends both.');
  const stop = (): void => {
    void demo.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
