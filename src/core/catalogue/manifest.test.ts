import { describe, expect, test } from 'vitest';
import { chunksOf, parseManifest } from './manifest.js';

const ref = { url: 'r-00.bin', hash: 'a'.repeat(64), sizeBytes: 12 };
const good = {
  format: 1,
  version: 3,
  items: 9,
  ranking: ref,
  names: null,
  offers: ref,
  variants: null,
  model: null,
  vectors: null,
  deltas: [ref],
};

describe('a catalogue manifest', () => {
  test('is read, and unknown fields of newer builds are left', () => {
    expect(parseManifest({ ...good, later: 1 })).toEqual(good);
    expect(chunksOf(parseManifest(good))).toEqual([ref, ref, ref]);
  });

  test.each([
    ['another format', { format: 2 }, /format is 2, expected 1/],
    ['no format at all', { format: undefined }, /format is missing/],
    ['a negative version', { version: -1 }, /version is -1/],
    ['a URL on another origin', { ranking: { ...ref, url: 'https://elsewhere.example/x' } }, /ranking.url .* beside the manifest/],
    ['a URL that climbs', { ranking: { ...ref, url: '../x' } }, /ranking.url/],
    ['a short hash', { offers: { ...ref, hash: 'ab' } }, /offers.hash .* SHA-256/],
    ['a chunk too large to be true', { offers: { ...ref, sizeBytes: 2 ** 40 } }, /offers.sizeBytes/],
    ['a missing chunk', { names: undefined }, /names is missing, expected an object/],
    ['too many deltas', { deltas: Array.from({ length: 8 }, () => ref) }, /at most 7/],
  ])('with %s is refused in words', (_, change, message) => {
    expect(() => parseManifest({ ...good, ...change })).toThrow(message);
  });

  test.each([[null], ['text'], [3]])('%j is no manifest', (json) => {
    expect(() => parseManifest(json)).toThrowError(expect.objectContaining({ code: 'catalogue-invalid' }));
  });
});
