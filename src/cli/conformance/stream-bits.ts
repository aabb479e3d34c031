import { createCipheriv } from 'node:crypto';
import { secureBits, type SecureBits } from '../../core/random.js';

/**
 * Replayable bits of cryptographic quality for statistical tests: the AES-128-CTR stream of a seed. A failure can be
 * run again; never for noise that is sent.
 */
export function streamBits(seed: number): SecureBits {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(65_536);
  return secureBits((bytes) => bytes.set(cipher.update(zeros.subarray(0, bytes.length))));
}
