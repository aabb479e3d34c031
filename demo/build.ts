import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { demoFeed } from './feed.js';
import { bundlesConfig, serverConfig, type DemoPaths } from './vite.config.js';

/**
 * Everything the shop serves: bundles, server, and the catalogue built from its feed by the package's own command.
 * Needs the built package in `distDir`.
 */
export async function buildDemo(paths: DemoPaths): Promise<void> {
  await rm(paths.outDir, { recursive: true, force: true });
  await mkdir(paths.outDir, { recursive: true });
  await build(bundlesConfig(paths));
  await build(serverConfig(paths));
  await buildCatalogue(paths);
}

async function buildCatalogue({ distDir, outDir }: DemoPaths): Promise<void> {
  const feed = join(outDir, 'feed.json');
  await writeFile(feed, JSON.stringify(demoFeed()));
  await promisify(execFile)(process.execPath, [join(distDir, 'cli.js'), 'catalogue', 'build', feed, '--out', join(outDir, 'catalogue')]);
}

/** `node build/run.mjs demo/build.ts` */
export async function main(): Promise<void> {
  await buildDemo({ distDir: 'dist', outDir: 'dist-demo' });
}
