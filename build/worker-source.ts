import { build, type InlineConfig, type Plugin, type Rolldown } from 'vite';

const publicId = 'virtual:homebody-worker';
const resolvedId = `\0${publicId}`;

let built: Promise<string> | undefined;

/**
 * `import source from 'virtual:homebody-worker'` gives the worker as one classic script. A nested build, because a blob
 * worker cannot load modules of the shop's origin and Vite's own `?worker&inline` fails in IIFE bundles.
 * @param workerConfig  builds the worker alone
 */
export function workerSource(workerConfig: InlineConfig): Plugin {
  return {
    name: 'homebody-worker-source',
    resolveId: (id) => (id === publicId ? resolvedId : undefined),
    async load(id) {
      if (id !== resolvedId) return undefined;
      built ??= buildWorker(workerConfig);
      return `export default ${JSON.stringify(await built)};`;
    },
  };
}

async function buildWorker(config: InlineConfig): Promise<string> {
  const result = (await build({ ...config, build: { ...config.build, write: false } })) as
    | Rolldown.RolldownOutput
    | Rolldown.RolldownOutput[];
  const [output] = Array.isArray(result) ? result : [result];
  const chunk = output?.output[0];
  if (chunk?.type !== 'chunk' || output?.output.length !== 1)
    throw new Error('the worker must build as one script without chunks of its own');
  return chunk.code;
}
