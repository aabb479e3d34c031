import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArgs, findChromium } from './build/browser.js';
import { configOf, targetNames } from './build/targets.js';
import { simdBinary } from './build/simd-binary.mjs';
import { workerSource } from './build/worker-source.js';

const executablePath = findChromium();

/** `vite build --mode script` builds one target (`npm run build` builds them all); `vitest` runs one or all of the test projects. */
export default defineConfig(({ mode }) => {
  const name = targetNames.find((each) => each === mode);
  if (name !== undefined) {
    const { configFile: _none, ...config } = configOf(name, 'dist');
    return config;
  }
  return {
    test: {
      projects: [
        {
          plugins: [simdBinary()],
          test: {
            name: 'node',
            environment: 'node',
            include: ['src/**/*.test.ts', 'build/**/*.test.ts', 'demo/**/*.test.ts'],
            exclude: ['**/*.browser.test.ts', '**/*.browser.test.tsx', 'node_modules/**'],
          },
        },
        {
          test: {
            name: 'e2e',
            environment: 'node',
            include: ['e2e/**/*.e2e.ts'],
            fileParallelism: false,
            testTimeout: 120_000,
            hookTimeout: 120_000,
            // A shared machine can stall a browser; locally a test that needs a second try should be seen.
            retry: process.env['CI'] === undefined ? 0 : 1,
          },
        },
        {
          plugins: [workerSource(configOf('worker', 'dist')), simdBinary()],
          optimizeDeps: {
            include: [
              'fast-check',
              'idb',
              'comlink',
              'react',
              'react-dom/client',
              'react-dom/server',
              'react/jsx-runtime',
              'react/jsx-dev-runtime',
              '@hpke/core',
              'valibot',
              '@tensorflow/tfjs-core/dist/base',
              '@tensorflow/tfjs-backend-webgl/dist/base',
              '@tensorflow/tfjs-backend-webgl/dist/gpgpu_context',
            ],
          },
          test: {
            name: 'browser',
            include: ['src/**/*.browser.test.ts', 'src/**/*.browser.test.tsx'],
            browser: {
              enabled: true,
              headless: true,
              screenshotFailures: false,
              provider: playwright({
                launchOptions: { args: [...chromiumArgs], ...(executablePath === undefined ? {} : { executablePath }) },
              }),
              instances: [{ browser: 'chromium' }],
            },
          },
        },
      ],
    },
  };
});
