import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { InlineConfig } from 'vite';

/** What a shop's own build would be: its bundles, and the server that renders its pages. */

export interface DemoPaths {
  /** The built package. */
  readonly distDir: string;
  /** Where the built demo goes. */
  readonly outDir: string;
}

const common: InlineConfig = { configFile: false, logLevel: 'warn', publicDir: false };

/** Shop, panel and React page, as modules that share chunks. */
export function bundlesConfig({ distDir, outDir }: DemoPaths): InlineConfig {
  const react = resolve(distDir, 'react.js');
  return {
    ...common,
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    resolve: { alias: { 'homebody/react': react }, dedupe: ['react', 'react-dom'] },
    build: {
      outDir: resolve(outDir, 'assets'),
      emptyOutDir: true,
      target: 'es2023',
      cssCodeSplit: true,
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: {
          shop: 'demo/client/main.ts',
          panel: 'demo/panel/main.ts',
          'service-worker': 'demo/client/service-worker.ts',
          ...(existsSync(react) ? { react: 'demo/react/main.tsx' } : {}),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js', assetFileNames: '[name][extname]' },
      },
    },
  };
}

/** The server as one file that leaves only its installed peers outside. */
export function serverConfig({ outDir }: DemoPaths): InlineConfig {
  return {
    ...common,
    ssr: { noExternal: ['color-name-list'], target: 'node' },
    build: {
      outDir,
      emptyOutDir: false,
      ssr: 'demo/start.ts',
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'server.js' } },
    },
  };
}
