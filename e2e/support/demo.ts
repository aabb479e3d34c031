import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Demo, DemoOptions } from '../../demo/start.js';

/** Where the built package and the built demo lie: what is delivered is what is driven. */
export const distDir = path.resolve(process.env['HOMEBODY_DIST'] ?? 'dist');
export const demoDir = path.resolve(process.env['HOMEBODY_DEMO_DIST'] ?? 'dist-demo');

/** Shop and endpoint on free ports, in this process, from the built files; rounds in memory unless told otherwise. */
export async function startBuiltDemo(options: Partial<DemoOptions> = {}): Promise<Demo> {
  const { startDemo } = (await import(
    /* @vite-ignore */ pathToFileURL(path.join(demoDir, 'server.js')).href
  )) as typeof import('../../demo/start.js');
  return startDemo({ distDir, demoDir, store: 'memory:', shopPort: 0, endpointPort: 0, ...options });
}
