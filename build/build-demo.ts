import { buildDemo } from '../demo/build.js';

/** The shop's bundles, its feed and its catalogue into `dist-demo/`; needs `dist/`. */
export async function main(): Promise<void> {
  await buildDemo({ distDir: 'dist', outDir: 'dist-demo' });
}
