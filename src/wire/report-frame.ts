import { SdkError } from '../core/errors.js';
import { fromHex, toHex } from './canonical.js';

/**
 * The body of POST /v1/reports. Little-endian, fixed size per policy:
 *
 * | offset | bytes | what |
 * | --- | --- | --- |
 * | 0 | 4 | magic `HBR1` |
 * | 4 | 1 | version, 1 |
 * | 5 | 1 | kind: 1 vote, 2 gaussian |
 * | 6 | 2 | size class: bytes of the opened payload, a power of two from 16 to 128 |
 * | 8 | 4 | round, at least 1 |
 * | 12 | 16 | report id |
 * | 28 | 32 | policy hash |
 * | 60 | 40 | task id, `[a-z0-9-]`, zero-padded |
 * | 100 | 32 | enc: the ephemeral X25519 key of HPKE |
 * | 132 | size class + 16 | ciphertext with its tag |
 */
export interface ReportFrame {
  readonly taskId: string;
  /** 64 hex digits. */
  readonly policyHash: string;
  readonly round: number;
  /** [16] */
  readonly reportId: Uint8Array<ArrayBuffer>;
  readonly kind: ReportKind;
  /** [32] */
  readonly enc: Uint8Array<ArrayBuffer>;
  /** [size class + 16] */
  readonly ciphertext: Uint8Array<ArrayBuffer>;
}

export type ReportKind = 'vote' | 'gaussian';

export const FRAME_VERSION = 1;
export const FRAME_HEADER_BYTES = 132;
export const AEAD_TAG_BYTES = 16;
export const sizeClasses = [16, 32, 64, 128] as const;
/** No honest body is longer; the server stops reading here. */
export const MAX_FRAME_BYTES = FRAME_HEADER_BYTES + 128 + AEAD_TAG_BYTES;

const kinds: readonly ReportKind[] = ['vote', 'gaussian'];
const magic = [0x48, 0x42, 0x52, 0x31]; // HBR1
const TASK_ID_BYTES = 40;

/** @throws SdkError `bad-frame`, `bad-length` where a field has the wrong form: such a frame could not be read back */
export function encodeReportFrame(frame: ReportFrame): Uint8Array<ArrayBuffer> {
  const sizeClass = frame.ciphertext.length - AEAD_TAG_BYTES;
  const hash = fromHex(frame.policyHash);
  expectLength('report id', frame.reportId.length, 16);
  expectLength('policy hash', hash.length, 32);
  expectLength('enc', frame.enc.length, 32);
  expectSizeClass(sizeClass);
  expectRound(frame.round);
  expectTaskId(frame.taskId);
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + frame.ciphertext.length);
  const view = new DataView(bytes.buffer);
  bytes.set(magic, 0);
  bytes[4] = FRAME_VERSION;
  bytes[5] = kinds.indexOf(frame.kind) + 1;
  view.setUint16(6, sizeClass, true);
  view.setUint32(8, frame.round, true);
  bytes.set(frame.reportId, 12);
  bytes.set(hash, 28);
  bytes.set(new TextEncoder().encode(frame.taskId), 60);
  bytes.set(frame.enc, 100);
  bytes.set(frame.ciphertext, FRAME_HEADER_BYTES);
  return bytes;
}

/**
 * Length, magic, version, kind, size class, exact length, then the fields; only then memory is taken.
 * @throws SdkError `bad-length`, `bad-magic`, `bad-version`, `bad-kind`, `bad-dimension`, `bad-frame`
 */
export function decodeReportFrame(bytes: Uint8Array): ReportFrame {
  if (bytes.length < FRAME_HEADER_BYTES || bytes.length > MAX_FRAME_BYTES) {
    throw new SdkError('bad-length', `a report has ${FRAME_HEADER_BYTES} to ${MAX_FRAME_BYTES} bytes, got ${bytes.length}`);
  }
  if (magic.some((byte, at) => bytes[at] !== byte)) throw new SdkError('bad-magic', 'a report begins with HBR1; this is something else');
  if (bytes[4] !== FRAME_VERSION) throw new SdkError('bad-version', `frame version ${bytes[4]}, expected ${FRAME_VERSION}`);
  const kind = kinds[bytes[5]! - 1];
  if (kind === undefined) throw new SdkError('bad-kind', `kind ${bytes[5]}, expected 1 (vote) or 2 (gaussian)`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const sizeClass = view.getUint16(6, true);
  expectSizeClass(sizeClass);
  expectLength('frame', bytes.length, FRAME_HEADER_BYTES + sizeClass + AEAD_TAG_BYTES);
  const round = view.getUint32(8, true);
  expectRound(round);
  const taskId = readTaskId(bytes.subarray(60, 60 + TASK_ID_BYTES));
  return {
    taskId,
    policyHash: toHex(bytes.subarray(28, 60)),
    round,
    reportId: Uint8Array.from(bytes.subarray(12, 28)),
    kind,
    enc: Uint8Array.from(bytes.subarray(100, 132)),
    ciphertext: Uint8Array.from(bytes.subarray(FRAME_HEADER_BYTES)),
  };
}

/** What the seal binds beside the payload: report id ‖ round ‖ size class. [22] */
export function additionalData(reportId: Uint8Array, round: number, sizeClass: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(22);
  bytes.set(reportId, 0);
  new DataView(bytes.buffer).setUint32(16, round, true);
  new DataView(bytes.buffer).setUint16(20, sizeClass, true);
  return bytes;
}

function readTaskId(field: Uint8Array): string {
  const end = field.indexOf(0);
  const length = end === -1 ? field.length : end;
  if (field.subarray(length).some((byte) => byte !== 0)) throw new SdkError('bad-frame', 'bytes after the end of the task id');
  const taskId = String.fromCharCode(...field.subarray(0, length));
  expectTaskId(taskId);
  return taskId;
}

function expectTaskId(taskId: string): void {
  if (!/^[a-z0-9-]{1,40}$/.test(taskId)) throw new SdkError('bad-frame', 'a task id is 1 to 40 of a–z, 0–9 and -');
}

function expectRound(round: number): void {
  if (!Number.isInteger(round) || round < 1 || round > 0xffff_ffff) throw new SdkError('bad-frame', `round ${round}, expected 1 or more`);
}

function expectSizeClass(sizeClass: number): void {
  if (!sizeClasses.some((known) => known === sizeClass)) {
    throw new SdkError('bad-dimension', `size class ${sizeClass}, expected one of ${sizeClasses.join(', ')}`);
  }
}

function expectLength(name: string, got: number, expected: number): void {
  if (got !== expected) throw new SdkError('bad-length', `${name} has ${got} bytes, expected ${expected}`);
}
