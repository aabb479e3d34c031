import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SDK_VERSION } from './version.js';

test('is the version of the package', () => {
  expect(SDK_VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});
