import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { SdkError } from '../core/errors.js';
import { canonicalJson, fromHex, policyHash, toHex } from './canonical.js';

test('writes the example of RFC 8785, section 3.2.3, byte for byte', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  };
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('sorts members by UTF-16 code units, as RFC 8785 section 3.2.3 lists them', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
});

test('does not depend on the order in which members were written', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([
  ['NaN', Number.NaN],
  ['infinity', [Number.POSITIVE_INFINITY]],
  ['undefined', { a: undefined }],
  ['a hole in a list', [1, , 2]], // oxlint-disable-line no-sparse-arrays
  ['a date', new Date(0)],
  ['a big integer', 1n],
  ['a function', () => 1],
  ['a lone surrogate', 'a\ud800'],
  ['a lone surrogate as a name', { '\udc00': 1 }],
])('refuses %s', (_, value) => {
  expect(() => canonicalJson(value)).toThrow(SdkError);
});

test('the policy hash is the SHA-256 of the canonical text, in hex', async () => {
  const hash = createHash('sha256').update('{"a":[1,"ö"],"b":2}').digest('hex');
  expect(await policyHash({ b: 2, a: [1, 'ö'] })).toBe(hash);
});

test('hex there and back is the same bytes, and refuses half a byte', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect([...fromHex(toHex(bytes))]).toEqual([...bytes]);
    }),
  );
  expect(() => fromHex('abc')).toThrow(SdkError);
  expect(() => fromHex('zz')).toThrow(SdkError);
});
