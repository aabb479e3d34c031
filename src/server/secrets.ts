import { randomBytes } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import * as v from 'valibot';
import { SdkError } from '../core/errors.js';
import { exportPrivateKey, generateKeyPair, importKeyPair, type KeyPair } from '../wire/hpke.js';

/** The endpoint's two secrets: the key that opens reports and the operator's token. Files of mode 600, made when absent. */

const keyFileSchema = v.object({ publicKey: v.string(), privateKey: v.string() });

/**
 * @param file  null keeps the pair in memory: nothing sealed for it opens after a restart
 * @param mayMake  of a process that only takes reports the key must be there: one of its own would open none
 * @throws SdkError `storage-corrupt` for a file that is no key file; it is never overwritten, for reports wait for its key
 */
export async function loadKeys(file: string | null, mayMake = true): Promise<KeyPair> {
  const text = file === null ? null : await readSecret(file);
  if (text !== null) return parseKeys(text, file!);
  if (!mayMake) throw new SdkError('invalid-options', `no key file ${file}: a process that only takes reports needs the key of the others`);
  const keys = await generateKeyPair();
  if (file !== null) await writeSecret(file, await keyText(keys));
  return keys;
}

/** A new key in the place of the old one, which is gone: nobody opens what was sealed for it. */
export async function replaceKeys(file: string): Promise<KeyPair> {
  const keys = await generateKeyPair();
  const beside = `${file}.${randomBytes(6).toString('hex')}`;
  await writeSecret(beside, await keyText(keys));
  await rename(beside, file);
  return keys;
}

/** @param source  for the message, which never quotes the text */
export async function parseKeys(text: string, source: string): Promise<KeyPair> {
  try {
    const { publicKey, privateKey } = v.parse(keyFileSchema, JSON.parse(text));
    return await importKeyPair(publicKey, privateKey);
  } catch (thrown) {
    throw new SdkError('storage-corrupt', `${source} is no key of homebody serve: restore it, or move it away to make a new key`, {
      cause: thrown,
    });
  }
}

async function keyText({ publicKey, privateKey }: KeyPair): Promise<string> {
  return `${JSON.stringify({ publicKey, privateKey: await exportPrivateKey(privateKey) }, null, 1)}\n`;
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
