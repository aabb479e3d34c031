import type { InlineConfig } from 'vite';
import { plainChunkUrls } from './plain-chunk-urls.js';
import { simdBinary } from './simd-binary.mjs';
import { workerSource } from './worker-source.js';

/**
 * Everything that is delivered, one bundle each. Browser bundles have no runtime dependency; the command and the server
 * leave their optional peers outside.
 */
export const targetNames = [
  'index',
  'react',
  'script',
  'worker',
  'later',
  'simd',
  'webgl',
  'rounds',
  'participation',
  'storefront',
  'consent',
  'holdout',
  'snippet',
  'server',
  'cli',
] as const;

export type TargetName = (typeof targetNames)[number];

interface Target {
  readonly entry: string;
  /** Without extension. */
  readonly file: string;
  readonly format: 'es' | 'iife';
  readonly platform: 'browser' | 'node';
  /** Left as an import. */
  readonly external?: readonly (string | RegExp)[];
}

export const targets: Readonly<Record<TargetName, Target>> = {
  index: { entry: 'src/index.ts', file: 'homebody', format: 'es', platform: 'browser' },
  react: { entry: 'src/react.tsx', file: 'react', format: 'es', platform: 'browser', external: ['react', 'react/jsx-runtime'] },
  script: { entry: 'src/script.ts', file: 'homebody.iife', format: 'iife', platform: 'browser' },
  worker: { entry: 'src/worker/entry.ts', file: 'worker', format: 'iife', platform: 'browser' },
  later: { entry: 'src/worker/later-entry.ts', file: 'later', format: 'es', platform: 'browser' },
  simd: { entry: 'src/compute/simd/entry.ts', file: 'simd', format: 'es', platform: 'browser' },
  webgl: { entry: 'src/compute/webgl/entry.ts', file: 'webgl', format: 'es', platform: 'browser' },
  rounds: { entry: 'src/worker/rounds-entry.ts', file: 'rounds', format: 'es', platform: 'browser' },
  participation: { entry: 'src/worker/participation-entry.ts', file: 'participation', format: 'es', platform: 'browser' },
  storefront: { entry: 'src/page/storefront.ts', file: 'storefront', format: 'es', platform: 'browser' },
  consent: { entry: 'src/consent.ts', file: 'consent', format: 'es', platform: 'browser' },
  holdout: { entry: 'src/holdout.ts', file: 'holdout', format: 'es', platform: 'browser' },
  snippet: { entry: 'src/snippet.ts', file: 'snippet', format: 'iife', platform: 'browser' },
  server: { entry: 'src/server/start.ts', file: 'server', format: 'es', platform: 'node' },
  cli: { entry: 'src/cli/main.ts', file: 'cli', format: 'es', platform: 'node' },
};

/** Optional peers of the server and of `doctor`: imported when needed, never bundled. */
const peers = [
  /^node:/,
  'hono',
  /^hono\//,
  '@hono/node-server',
  /^@hono\//,
  'better-sqlite3',
  'prom-client',
  'pino',
  'hono-openapi',
  /^@standard-community\//,
  '@valibot/to-json-schema',
  'playwright',
  'playwright-core',
  'fake-indexeddb',
];

/** A Vite configuration that builds one target into `outDir`. */
export function configOf(name: TargetName, outDir: string): InlineConfig {
  const target = targets[name];
  const isNode = target.platform === 'node';
  return {
    configFile: false,
    logLevel: 'warn',
    define: isNode ? {} : { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      simdBinary(),
      ...(target.platform === 'browser' && !target.entry.startsWith('src/worker/')
        ? [workerSource(configOf('worker', outDir)), plainChunkUrls()]
        : []),
    ],
    ...(isNode ? { ssr: { noExternal: true as const, target: 'node' as const } } : {}),
    build: {
      outDir,
      emptyOutDir: false,
      target: isNode ? 'node20' : 'es2022',
      sourcemap: false,
      minify: true,
      reportCompressedSize: false,
      ...(isNode
        ? { ssr: target.entry }
        : { lib: { entry: target.entry, formats: [target.format], name: `__homebody_${name}`, fileName: () => `${target.file}.js` } }),
      rolldownOptions: {
        external: isNode ? peers : [...(target.external ?? [])],
        output: {
          minify: true,
          // A browser entry is one file. In Node a chunk keeps an optional peer out of the commands that do without it.
          ...(target.format === 'es' && !isNode ? { codeSplitting: false } : {}),
          ...(isNode
            ? {
                entryFileNames: `${target.file}.js`,
                chunkFileNames: 'node/[name]-[hash].js',
                ...(name === 'cli' ? { banner: '#!/usr/bin/env node' } : {}),
              }
            : {}),
          ...(target.format === 'iife' ? { extend: false } : {}),
        },
      },
    },
  };
}
