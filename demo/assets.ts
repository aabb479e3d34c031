import { readFile, stat } from 'node:fs/promises';
import { extname, normalize, resolve, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
};

/**
 * A file below `folder`, or null where there is none or the path leaves the folder.
 * @param path  as it stands in the URL, without a leading slash
 */
export async function readAsset(
  folder: string,
  path: string,
): Promise<{ readonly body: Uint8Array<ArrayBuffer>; readonly type: string } | null> {
  const root = resolve(folder);
  const file = resolve(root, normalize(path));
  if (!file.startsWith(root + sep)) return null;
  const info = await stat(file).catch(() => null);
  if (info === null || !info.isFile()) return null;
  return { body: Uint8Array.from(await readFile(file)), type: types[extname(file)] ?? 'application/octet-stream' };
}
