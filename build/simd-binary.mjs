import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

const publicId = 'virtual:homebody-simd';
const resolvedId = `\0${publicId}`;
const folder = 'src/compute/simd/assembly';

/** @type {Promise<Uint8Array> | undefined} */
let built;

/**
 * `import binary from 'virtual:homebody-simd'` gives the WebAssembly module of `src/compute/simd`, compiled when first asked for, in
 * hexadecimal: a file of its own would want `connect-src`, and Vite 8 cannot inline one. Base64 is shorter, but a third larger when
 * compressed: it hides where a byte begins. JavaScript, because `run.mjs`, which runs before anything is bundled, needs it too.
 * @returns {import('vite').Plugin}
 */
export function simdBinary() {
  return {
    name: 'homebody-simd-binary',
    resolveId: (id) => (id === publicId ? resolvedId : undefined),
    async load(id) {
      if (id !== resolvedId) return undefined;
      built ??= compile();
      return `export default ${JSON.stringify(Buffer.from(await built).toString('hex'))};`;
    },
  };
}

const options = ['--enable', 'simd', '--runtime', 'stub', '--importMemory', '--initialMemory', '1', '--noAssert', '-O3'];

/**
 * Compiling takes seconds, so the result is kept under the hash of what it was made of.
 * @returns {Promise<Uint8Array>}
 */
async function compile() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
  const sources = new Map(await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')])));
  const { main, version } = await import('assemblyscript/asc');
  const hash = createHash('sha256').update(JSON.stringify([version, options, [...sources]]));
  const kept = path.join('.cache/simd', `${hash.digest('hex').slice(0, 16)}.wasm`);
  try {
    return await readFile(kept);
  } catch {
    // Not made before.
  }
  /** @type {Uint8Array | undefined} */
  let binary;
  /** @type {string[]} */
  const said = [];
  const { error } = await main(['index.ts', ...options, '--outFile', 'out.wasm'], {
    readFile: (name) => sources.get(name) ?? null, // the compiler asks for names that may not exist
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
    listFiles: () => names,
    stderr: { write: (text) => void said.push(String(text)) },
  });
  if (error !== null || binary === undefined) throw new Error(`AssemblyScript: ${error?.message ?? 'no output'}\n${said.join('')}`);
  await mkdir(path.dirname(kept), { recursive: true });
  await writeFile(`${kept}.${process.pid}`, binary); // two builds at once must not see half a file
  await rename(`${kept}.${process.pid}`, kept);
  return binary;
}
