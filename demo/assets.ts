import { readFile } from 'node:fs/promises';
import { extname, normalize, resolve, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
};

export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly encoding: 'br' | null;
}

/**
 * A file below `folder`, or null where there is none or the path leaves the folder.
 * @param path           as it stands in the URL, without a leading slash
 * @param acceptsBrotli  answer the `.br` file beside it where there is one
 */
export async function readAsset(folder: string, path: string, acceptsBrotli: boolean): Promise<Asset | null> {
  const root = resolve(folder);
  const file = resolve(root, normalize(path));
  if (!file.startsWith(root + sep)) return null;
  const type = types[extname(file)] ?? 'application/octet-stream';
  const packed = acceptsBrotli ? await read(`${file}.br`) : null;
  if (packed !== null) return { body: packed, type, encoding: 'br' };
  const body = await read(file);
  return body === null ? null : { body, type, encoding: null };
}

/** @returns null for whatever is no readable file */
async function read(file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  return readFile(file).then(
    (bytes) => Uint8Array.from(bytes),
    () => null,
  );
}
