import type { Bench } from './bench.js';
import { runBench, withPage } from './pages.js';

const onPage = (name: string, modules: readonly string[]): Bench => ({
  name,
  run: (context) => withPage(context, modules, new Map(), runBench),
});

/** Kernels on webgl against the reference engine. */
export const enginesBench = onPage('engines', ['engines']);
/** Event → durable → acknowledged against a bare put. */
export const acknowledgeBench = onPage('acknowledge', ['acknowledge', 'acknowledge-worker']);
