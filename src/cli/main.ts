import { Command } from 'commander';
import { register as registerAudit } from './audit.js';
import { register as registerCatalogue } from './catalogue.js';
import { register as registerConformance } from './conformance.js';
import { register as registerDoctor } from './doctor.js';
import { register as registerEval } from './eval.js';
import { register as registerPlan } from './plan.js';
import { register as registerServe } from './serve.js';
import { register as registerSimulate } from './simulate.js';
import { SDK_VERSION } from '../core/version.js';

const program = new Command('homebody')
  .description('A user profile that never leaves home: endpoint, simulator, catalogue and checks.')
  .version(SDK_VERSION)
  .showHelpAfterError()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'homebody: ')) });

for (const register of [
  registerServe,
  registerPlan,
  registerSimulate,
  registerAudit,
  registerCatalogue,
  registerConformance,
  registerDoctor,
  registerEval,
])
  register(program);

try {
  await program.parseAsync();
} catch (thrown) {
  // Exit codes: 0 done, 1 the answer is “no”, 2 could not be asked.
  process.stderr.write(`homebody: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 2;
}
