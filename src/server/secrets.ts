import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import * as v from 'valibot';
import { SdkError } from '../core/errors.js';
import { exportPrivateKey, generateKeyPair, importKeyPair, type KeyPair } from '../wire/hpke.js';

/** The endpoint's two secrets: the key that opens reports and the operator's token. Files of mode 600, made when absent. */

const keyFileSchema = v.object({ publicKey: v.string(), privateKey: v.string() });

/**
 * @param file  null keeps the pair in memory: nothing sealed for it opens after a restart
 * @throws SdkError `storage-corrupt` for a file that is no key file; it is never overwritten, for reports wait for its key
 */
export async function loadKeys(file: string | null): Promise<KeyPair> {
  const text = file === null ? null : await readSecret(file);
  if (text === null) {
    const keys = await generateKeyPair();
    if (file !== null) {
      const content = { publicKey: keys.publicKey, privateKey: await exportPrivateKey(keys.privateKey) };
      await writeSecret(file, `${JSON.stringify(content, null, 1)}\n`);
    }
    return keys;
  }
  try {
    const { publicKey, privateKey } = v.parse(keyFileSchema, JSON.parse(text));
    return await importKeyPair(publicKey, privateKey);
  } catch (thrown) {
    throw new SdkError('storage-corrupt', `${file} is no key file of homebody serve: restore it, or move it away to make a new key`, {
      cause: thrown,
    });
  }
}

/** @param file  null keeps the token in memory */
export async function loadToken(file: string | null): Promise<string> {
  const text = file === null ? null : (await readSecret(file))?.trim();
  if (text === '') throw new SdkError('storage-corrupt', `${file} is empty: write a token into it, or remove it to make a new one`);
  if (typeof text === 'string') return text;
  const token = randomBytes(24).toString('base64url');
  if (file !== null) await writeSecret(file, `${token}\n`);
  return token;
}

async function readSecret(file: string): Promise<string | null> {
  try {
    const text = await readFile(file, 'utf8');
    await chmod(file, 0o600).catch(() => {}); // someone else's file that we may read: their choice of mode
    return text;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new SdkError('storage-unavailable', `cannot read ${file}`, { cause: thrown });
  }
}

async function writeSecret(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' }); // wx: two starts at once never replace each other's key
  } catch (thrown) {
    throw new SdkError('storage-unavailable', `cannot write ${file}: is the folder there and writable?`, { cause: thrown });
  }
}
