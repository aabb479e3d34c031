import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { SdkError } from '../core/errors.js';
import { fromHex } from './canonical.js';
import { payloadBytes } from './payload.js';
import type { Policy } from './policy.js';
import { additionalData, AEAD_TAG_BYTES, encodeReportFrame, type ReportFrame } from './report-frame.js';

/**
 * The seal: HPKE base mode (RFC 9180), DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
 * info = policy hash, so a report under another policy does not open; AAD = report id ‖ round ‖ size class.
 */

/** The recipient's key as the platform holds it; both halves, because HPKE's schedule needs the public one too. */
export type PrivateKey = CryptoKeyPair;

export interface KeyPair {
  /** Raw X25519, base64url, 43 characters: the policy's `publicKey`. */
  readonly publicKey: string;
  readonly privateKey: PrivateKey;
}

export interface SealInput {
  /** [size class], from `encodeVotePayload` or `encodeVectorPayload` */
  readonly payload: Uint8Array;
  readonly policy: Policy;
  /** `policyHash(policy)`, hex. */
  readonly hash: string;
  readonly round: number;
  /** [16], random */
  readonly reportId: Uint8Array<ArrayBuffer>;
}

// WebKit's generateKey('X25519') fails once in 256 calls; eight in a row would be 1 in 2^64.
const KEY_ATTEMPTS = 8;

let suiteOnce: CipherSuite | undefined;
function suite(): CipherSuite {
  suiteOnce ??= new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  return suiteOnce;
}

/** Seals one report: the whole frame, ready for the outbox. @throws SdkError `bad-dimension`, `policy-refused` (no usable key) */
export async function sealReport(input: SealInput): Promise<Uint8Array<ArrayBuffer>> {
  const { payload, policy, hash, round, reportId } = input;
  expectPayload(payload.length, policy);
  const recipientPublicKey = await importPublicKey(policy.publicKey);
  const context = await withKeyRetry(() => suite().createSenderContext({ recipientPublicKey, info: fromHex(hash) }));
  const ciphertext = await context.seal(payload, additionalData(reportId, round, payload.length));
  return encodeReportFrame({
    taskId: policy.taskId,
    policyHash: hash,
    round,
    reportId,
    kind: policy.mechanism.kind,
    enc: new Uint8Array(context.enc),
    ciphertext: new Uint8Array(ciphertext),
  });
}

/**
 * Opens a report. The caller has compared `frame.policyHash` with the hash of `policy`.
 * @returns [size class], still to be decoded and checked by `payload.ts`
 * @throws SdkError `bad-kind`, `bad-dimension`, `undecryptable`
 */
export async function openReport(
  frame: ReportFrame,
  { policy, privateKey }: { readonly policy: Policy; readonly privateKey: PrivateKey },
): Promise<Uint8Array<ArrayBuffer>> {
  if (frame.kind !== policy.mechanism.kind)
    throw new SdkError('bad-kind', `a ${frame.kind} report, the task takes ${policy.mechanism.kind}`);
  const sizeClass = frame.ciphertext.length - AEAD_TAG_BYTES;
  expectPayload(sizeClass, policy);
  try {
    const params = { recipientKey: privateKey, enc: frame.enc, info: fromHex(frame.policyHash) };
    const plaintext = await suite().open(params, frame.ciphertext, additionalData(frame.reportId, frame.round, sizeClass));
    return new Uint8Array(plaintext);
  } catch (thrown) {
    throw new SdkError('undecryptable', 'the report does not open under this task’s key, policy, round and report id', { cause: thrown });
  }
}

/** A fresh recipient key, extractable so that the endpoint can store it. */
export async function generateKeyPair(): Promise<KeyPair> {
  const privateKey = await withKeyRetry(() => suite().kem.generateKeyPair());
  return { publicKey: toBase64url(await suite().kem.serializePublicKey(privateKey.publicKey)), privateKey };
}

/** The raw private key, base64url, 43 characters. */
export async function exportPrivateKey(privateKey: PrivateKey): Promise<string> {
  return toBase64url(await suite().kem.serializePrivateKey(privateKey.privateKey));
}

/** @throws SdkError `invalid-options` for text that is no pair of X25519 keys */
export async function importKeyPair(publicKey: string, privateKey: string): Promise<KeyPair> {
  try {
    const pair = {
      publicKey: await suite().kem.deserializePublicKey(fromBase64url(publicKey)),
      privateKey: await suite().kem.deserializePrivateKey(fromBase64url(privateKey)),
    };
    return { publicKey, privateKey: pair };
  } catch (thrown) {
    throw new SdkError('invalid-options', 'the key file does not hold an X25519 key pair in base64url', { cause: thrown });
  }
}

async function importPublicKey(text: string): Promise<CryptoKey> {
  try {
    return await suite().kem.deserializePublicKey(fromBase64url(text));
  } catch (thrown) {
    throw new SdkError('policy-refused', 'the policy’s publicKey is no X25519 key that this browser accepts', { cause: thrown });
  }
}

async function withKeyRetry<T>(make: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await make();
    } catch (thrown) {
      if (attempt === KEY_ATTEMPTS) {
        throw new SdkError('policy-refused', 'this browser cannot make an X25519 key, so nothing can be sealed', { cause: thrown });
      }
    }
  }
}

function expectPayload(got: number, policy: Policy): void {
  const expected = payloadBytes(policy);
  if (got !== expected) throw new SdkError('bad-dimension', `payload of ${got} bytes, the policy’s has ${expected}`);
}

function toBase64url(bytes: ArrayBufferLike): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}
