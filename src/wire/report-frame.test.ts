import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import { fromHex, toHex } from './canonical.js';
import { decodeReportFrame, encodeReportFrame, MAX_FRAME_BYTES, sizeClasses, type ReportFrame } from './report-frame.js';

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Uint8Array.from(bytes));

const anyFrame: fc.Arbitrary<ReportFrame> = fc
  .record({
    taskId: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
    policyHash: bytesOf(32).map(toHex),
    round: fc.integer({ min: 1, max: 0xffff_ffff }),
    reportId: bytesOf(16),
    kind: fc.constantFrom('vote' as const, 'gaussian' as const),
    enc: bytesOf(32),
    sizeClass: fc.constantFrom(...sizeClasses),
  })
  .chain(({ sizeClass, ...rest }) => bytesOf(sizeClass + 16).map((ciphertext) => ({ ...rest, ciphertext })));

function golden(name: string): { frame: string; fields: Record<string, string | number> } {
  return JSON.parse(readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), 'utf8'));
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof SdkError) return thrown.code;
    throw thrown;
  }
  return 'accepted';
}

test('decode(encode(frame)) is the frame', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      expect(decodeReportFrame(encodeReportFrame(frame))).toEqual(frame);
    }),
  );
});

test('reads a frame that lies inside a larger buffer', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const body = encodeReportFrame(frame);
      const larger = new Uint8Array(body.length + 7).fill(0xff);
      larger.set(body, 3);
      expect(decodeReportFrame(larger.subarray(3, 3 + body.length))).toEqual(frame);
    }),
  );
});

test('never throws anything but an SdkError, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: MAX_FRAME_BYTES + 9 }), (bytes) => {
      expect(codeOf(() => decodeReportFrame(bytes))).not.toBe('accepted');
    }),
  );
});

describe.each(['report-v1-vote', 'report-v1-gaussian'])('golden frame %s', (name) => {
  const { frame, fields } = golden(name);

  test('is read as its fields', () => {
    const decoded = decodeReportFrame(fromHex(frame));
    expect({ ...decoded, reportId: toHex(decoded.reportId), enc: toHex(decoded.enc), ciphertext: toHex(decoded.ciphertext) }).toEqual(
      fields,
    );
  });

  test('is written again byte for byte', () => {
    expect(toHex(encodeReportFrame(decodeReportFrame(fromHex(frame))))).toBe(frame);
  });
});

describe('a malformed body is refused with its code', () => {
  const valid = fromHex(golden('report-v1-vote').frame);
  const changed = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = Uint8Array.from(valid);
    copy.set(bytes, at);
    return copy;
  };
  test.each([
    ['empty', new Uint8Array(0), 'bad-length'],
    ['shorter than a header', valid.subarray(0, 131), 'bad-length'],
    ['one byte short', valid.subarray(0, valid.length - 1), 'bad-length'],
    ['one byte long', Uint8Array.from([...valid, 0]), 'bad-length'],
    ['far too long', new Uint8Array(MAX_FRAME_BYTES + 1), 'bad-length'],
    ['another magic', changed(3, 0x32), 'bad-magic'],
    ['version 0', changed(4, 0), 'bad-version'],
    ['version 2', changed(4, 2), 'bad-version'],
    ['kind 0', changed(5, 0), 'bad-kind'],
    ['kind 3', changed(5, 3), 'bad-kind'],
    ['a size class of 17', changed(6, 17, 0), 'bad-dimension'],
    ['a size class of 65,535', changed(6, 255, 255), 'bad-dimension'],
    ['a size class that the length contradicts', changed(6, 32, 0), 'bad-length'],
    ['round 0', changed(8, 0, 0, 0, 0), 'bad-frame'],
    ['an empty task id', changed(60, ...new Array<number>(40).fill(0)), 'bad-frame'],
    ['a task id in capitals', changed(60, 0x41), 'bad-frame'],
    ['bytes after the task id', changed(99, 0x61), 'bad-frame'],
  ])('%s', (_, body, code) => {
    expect(codeOf(() => decodeReportFrame(body))).toBe(code);
  });

  test('and the unchanged one is accepted', () => {
    expect(codeOf(() => decodeReportFrame(valid))).toBe('accepted');
  });
});

test('refuses to write a frame that could not be read back', () => {
  const frame = decodeReportFrame(fromHex(golden('report-v1-vote').frame));
  expect(codeOf(() => encodeReportFrame({ ...frame, taskId: 'Taste' }))).toBe('bad-frame');
  expect(codeOf(() => encodeReportFrame({ ...frame, round: 1.5 }))).toBe('bad-frame');
  expect(codeOf(() => encodeReportFrame({ ...frame, policyHash: 'ab' }))).toBe('bad-length');
  expect(codeOf(() => encodeReportFrame({ ...frame, reportId: new Uint8Array(15) }))).toBe('bad-length');
  expect(codeOf(() => encodeReportFrame({ ...frame, enc: new Uint8Array(33) }))).toBe('bad-length');
  expect(codeOf(() => encodeReportFrame({ ...frame, ciphertext: new Uint8Array(33) }))).toBe('bad-dimension');
});
