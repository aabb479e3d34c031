// Node 20 cannot run TypeScript; Vite can. `node build/run.mjs build/x.ts args…` runs the module's `main(args)`.
import { runnerImport } from 'vite';

const [file, ...args] = process.argv.slice(2);
const { module } = await runnerImport(new URL(`../${file}`, import.meta.url).pathname, { configFile: false, logLevel: 'error' });
const code = await module.main(args);
if (typeof code === 'number') process.exitCode = code;
