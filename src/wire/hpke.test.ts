import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import { fromHex, policyHash, toHex } from './canonical.js';
import { examplePolicy } from './example-policies.contract.js';
import { exportPrivateKey, generateKeyPair, importKeyPair, openReport, sealReport, type KeyPair } from './hpke.js';
import { encodeVotePayload } from './payload.js';
import type { Policy } from './policy.js';
import { decodeReportFrame, encodeReportFrame, type ReportFrame } from './report-frame.js';

let keys: KeyPair;
let policy: Policy;
let frame: ReportFrame;
const payload = encodeVotePayload([17], 32);
const reportId = Uint8Array.from({ length: 16 }, (_, at) => 7 * at);

beforeAll(async () => {
  keys = await generateKeyPair();
  policy = examplePolicy({ publicKey: keys.publicKey });
  frame = decodeReportFrame(await sealReport({ payload, policy, hash: await policyHash(policy), round: 3, reportId }));
});

const open = (changed: ReportFrame, under: Policy = policy, privateKey = keys.privateKey) =>
  openReport(changed, { policy: under, privateKey });

test('what was sealed opens to the same bytes', async () => {
  expect(await open(frame)).toEqual(payload);
  expect(frame).toMatchObject({ taskId: 'taste', round: 3, kind: 'vote', reportId, policyHash: await policyHash(policy) });
});

test('two seals of the same payload share no ciphertext', async () => {
  const again = decodeReportFrame(await sealReport({ payload, policy, hash: await policyHash(policy), round: 3, reportId }));
  expect(toHex(again.enc)).not.toBe(toHex(frame.enc));
  expect(toHex(again.ciphertext)).not.toBe(toHex(frame.ciphertext));
});

describe('does not open', () => {
  const codeOf = async (opened: Promise<unknown>): Promise<string> =>
    opened.then(
      () => 'accepted',
      (thrown: unknown) => (thrown instanceof SdkError ? thrown.code : String(thrown)),
    );
  const flipped = (bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));

  test('under another round, report id, policy hash or key', async () => {
    expect(await codeOf(open({ ...frame, round: 4 }))).toBe('undecryptable');
    expect(await codeOf(open({ ...frame, reportId: flipped(frame.reportId, 15) }))).toBe('undecryptable');
    expect(await codeOf(open({ ...frame, policyHash: toHex(flipped(fromHex(frame.policyHash), 0)) }))).toBe('undecryptable');
    expect(await codeOf(open(frame, policy, (await generateKeyPair()).privateKey))).toBe('undecryptable');
  });
  test('with one bit of the ciphertext or the ephemeral key changed', async () => {
    expect(await codeOf(open({ ...frame, ciphertext: flipped(frame.ciphertext, 0) }))).toBe('undecryptable');
    expect(await codeOf(open({ ...frame, ciphertext: flipped(frame.ciphertext, 31) }))).toBe('undecryptable');
    expect(await codeOf(open({ ...frame, enc: flipped(frame.enc, 0) }))).toBe('undecryptable');
  });
  test('with an ephemeral key of small order', async () => {
    expect(await codeOf(open({ ...frame, enc: new Uint8Array(32) }))).toBe('undecryptable');
  });
  test('as another kind or size than the policy asks for', async () => {
    expect(await codeOf(open({ ...frame, kind: 'gaussian' }))).toBe('bad-kind');
    expect(await codeOf(open({ ...frame, ciphertext: new Uint8Array(48) }))).toBe('bad-dimension');
  });
});

test('a stored key pair opens what its public key sealed', async () => {
  const restored = await importKeyPair(keys.publicKey, await exportPrivateKey(keys.privateKey));
  expect(await open(frame, policy, restored.privateKey)).toEqual(payload);
  expect(keys.publicKey).toMatch(/^[A-Za-z0-9_-]{43}$/);
  await expect(importKeyPair(keys.publicKey, 'short')).rejects.toMatchObject({ code: 'invalid-options' });
});

test('refuses to seal a payload of another size, and to a key that is none', async () => {
  const hash = await policyHash(policy);
  await expect(sealReport({ payload: new Uint8Array(32), policy, hash, round: 1, reportId })).rejects.toMatchObject({
    code: 'bad-dimension',
  });
  await expect(sealReport({ payload, policy: { ...policy, publicKey: 'A' }, hash, round: 1, reportId })).rejects.toMatchObject({
    code: 'policy-refused',
  });
});

test('makes a key although the platform fails now and then, as WebKit does', async () => {
  const generateKey = crypto.subtle.generateKey;
  let calls = 0;
  crypto.subtle.generateKey = function (this: SubtleCrypto, ...rest: unknown[]) {
    calls++;
    if (calls < 4) throw new DOMException('fails 1 time in 256', 'OperationError');
    return (generateKey as (...all: unknown[]) => Promise<unknown>).apply(crypto.subtle, rest);
  } as typeof generateKey;
  try {
    const sealed = await sealReport({ payload, policy, hash: await policyHash(policy), round: 3, reportId });
    expect(await open(decodeReportFrame(sealed))).toEqual(payload);
    expect(calls).toBe(4);
  } finally {
    crypto.subtle.generateKey = generateKey;
  }
});

test('the golden sealed report opens to its payload', async () => {
  const golden = JSON.parse(readFileSync(new URL('./vectors/report-v1-vote.json', import.meta.url), 'utf8'));
  const pair = await importKeyPair(golden.publicKey, golden.privateKey);
  const decoded = decodeReportFrame(fromHex(golden.frame));
  expect(await policyHash(golden.policy)).toBe(decoded.policyHash);
  expect(toHex(await openReport(decoded, { policy: golden.policy, privateKey: pair.privateKey }))).toBe(golden.payload);
  expect(toHex(encodeReportFrame(decoded))).toBe(golden.frame);
});
