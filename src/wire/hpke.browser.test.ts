import { expect, test } from 'vitest';
import golden from './vectors/report-v1-gaussian.json';
import { fromHex, policyHash, toHex } from './canonical.js';
import { examplePolicy } from './example-policies.contract.js';
import { exportPrivateKey, generateKeyPair, importKeyPair, openReport, sealReport } from './hpke.js';
import { encodeVotePayload } from './payload.js';
import type { Policy } from './policy.js';
import { decodeReportFrame } from './report-frame.js';

test('a browser opens what Node sealed', async () => {
  const { privateKey } = await importKeyPair(golden.publicKey, golden.privateKey);
  const policy = golden.policy as Policy; // JSON widens the literals of a valid policy
  const frame = decodeReportFrame(fromHex(golden.frame));
  expect(await policyHash(policy)).toBe(frame.policyHash);
  expect(toHex(await openReport(frame, { policy, privateKey }))).toBe(golden.payload);
});

test('a browser seals, and the key that was stored and taken up again opens it', async () => {
  const keys = await generateKeyPair();
  const policy = examplePolicy({ publicKey: keys.publicKey });
  const payload = encodeVotePayload([31], 32);
  const reportId = crypto.getRandomValues(new Uint8Array(16));
  const body = await sealReport({ payload, policy, hash: await policyHash(policy), round: 9, reportId });
  const restored = await importKeyPair(keys.publicKey, await exportPrivateKey(keys.privateKey));
  expect(await openReport(decodeReportFrame(body), { policy, privateKey: restored.privateKey })).toEqual(payload);
});
