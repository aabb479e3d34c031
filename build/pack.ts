import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const stage = '.cache/package';

interface Manifest {
  readonly [field: string]: unknown;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: true }>>;
}

/**
 * Lays what is published into `.cache/package` and packs it. Here better-sqlite3 is an optional *dependency*, so that a machine without a
 * compiler still installs; a shop that wants only the browser part must not compile a database, so in the published manifest it is
 * an optional *peer*.
 * @returns path of the tarball
 */
export async function pack(): Promise<string> {
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  for (const name of ['dist', 'README.md', 'CHANGELOG.md', 'LICENSE']) await cp(name, `${stage}/${name}`, { recursive: true });
  const {
    devDependencies: _dev,
    scripts: _scripts,
    knip: _knip,
    allowScripts: _allow,
    optionalDependencies = {},
    ...rest
  } = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
  const peers = Object.fromEntries(Object.entries(optionalDependencies).map(([name, version]) => [name, `^${version}`]));
  const manifest = {
    ...rest,
    peerDependencies: { ...rest.peerDependencies, ...peers },
    peerDependenciesMeta: {
      ...rest.peerDependenciesMeta,
      ...Object.fromEntries(Object.keys(peers).map((name) => [name, { optional: true }])),
    },
  };
  await writeFile(`${stage}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', '.cache', `./${stage}`]);
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  if (packed === undefined) throw new Error(`npm pack answered nothing: ${stdout}`);
  return `.cache/${packed.filename}`;
}

export async function main(): Promise<void> {
  console.log(await pack());
}
