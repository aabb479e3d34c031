// Node 20 cannot run TypeScript; Vite can bundle it. `node build/run.mjs build/x.ts args…` runs the module's `main(args)`,
// whose answer, if a number, is the exit code. Always from the root of the repository.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { simdBinary } from './simd-binary.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node build/run.mjs FILE.ts [ARG …]');
process.chdir(path.join(import.meta.dirname, '..'));
const outDir = path.resolve(`.cache/run/${process.pid}`);
process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));

// A build makes NODE_ENV “production”; what is run here, tests among it, must not inherit that.
const { NODE_ENV } = process.env;
await build({
  configFile: false,
  logLevel: 'error',
  publicDir: false,
  plugins: [simdBinary()],
  build: {
    ssr: file,
    outDir,
    minify: false,
    target: 'node20',
    reportCompressedSize: false,
    rolldownOptions: { output: { entryFileNames: 'main.mjs', sourcemap: 'inline' } },
  },
});
if (NODE_ENV === undefined) delete process.env.NODE_ENV;
else process.env.NODE_ENV = NODE_ENV;
const { main } = await import(pathToFileURL(path.join(outDir, 'main.mjs')).href);
const code = await main(args);
if (typeof code === 'number') process.exitCode = code;
