import { describe, expect, test } from 'vitest';
import { resolveOptions } from './options.js';
import type { ClientOptions } from './client-types.js';

const page = 'https://shop.example/c/walls?x=1';

describe('resolveOptions', () => {
  test('fills the documented defaults', () => {
    expect(resolveOptions({ site: 'shop' }, page)).toEqual({
      worker: {
        site: 'shop',
        storage: 'indexeddb',
        engine: 'auto',
        chunks: null,
        catalogueUrl: null,
        endpoint: null,
        isLoopbackPage: false,
      },
      workerUrl: null,
      switchUrl: 'https://shop.example/homebody.json',
    });
  });

  test('resolves URLs against the page and ends the chunk base with a slash', () => {
    const options = {
      site: 'shop',
      catalogue: '/cat/m.json',
      endpoint: 'https://rounds.example',
      workerUrl: '/w.js',
      chunkBase: 'https://cdn.example/hb',
      switchUrl: false as const,
    };
    expect(resolveOptions(options, page)).toMatchObject({
      worker: {
        catalogueUrl: 'https://shop.example/cat/m.json',
        endpoint: 'https://rounds.example/',
        chunks: {
          later: 'https://cdn.example/hb/later.js',
          simd: 'https://cdn.example/hb/simd.js',
          webgl: 'https://cdn.example/hb/webgl.js',
          rounds: 'https://cdn.example/hb/rounds.js',
          participation: 'https://cdn.example/hb/participation.js',
        },
      },
      workerUrl: 'https://shop.example/w.js',
      switchUrl: null,
    });
  });

  test.each([
    ['http://localhost:4173/', true],
    ['http://demo.localhost/', true],
    ['http://127.0.0.1:8080/', true],
    ['http://[::1]:8080/', true],
    ['https://localhost.evil.example/', false],
    ['https://127.0.0.1.evil.example/', false],
  ])('%s is a loopback page: %s', (url, isLoopbackPage) => {
    expect(resolveOptions({ site: 's' }, url).worker.isLoopbackPage).toBe(isLoopbackPage);
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{}, /^site: expected .*a-z0-9.* got undefined$/],
    [{ site: 'My Shop' }, /^site: .* got "My Shop"$/],
    [{ site: 'a'.repeat(65) }, /^site/],
    [{ site: 's', engine: 'cuda' }, /^engine: expected .*auto\|reference\|simd\|webgl.*, got "cuda"$/],
    [{ site: 's', storage: 'disk' }, /^storage: expected .*indexeddb\|memory.*, got "disk"$/],
    [{ site: 's', endpoint: 'http://' }, /^endpoint: expected a URL.* got "http:\/\/"$/],
    [
      { site: 's', workerUrl: 'https://cdn.example/w.js' },
      /^workerUrl: expected a URL on https:\/\/shop\.example.* got "https:\/\/cdn\.example\/w\.js"$/,
    ],
  ])('refuses %j and says what was expected', (options, message) => {
    expect(() => resolveOptions(options as unknown as ClientOptions, page)).toThrow(
      expect.objectContaining({ code: 'invalid-options', message: expect.stringMatching(message) as string }),
    );
  });
});
