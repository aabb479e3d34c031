import { startServer, type ServerOptions } from '../../src/server/start.js';

/** One endpoint in a process of its own, for `server.ts`: tells its address, and on each message what it has used so far. */
export async function main([options]: readonly string[]): Promise<void> {
  const server = await startServer({ ...(JSON.parse(options!) as ServerOptions), log: (line) => void process.stderr.write(`${line}\n`) });
  process.on('message', () => {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    process.send!({ cpuMs: (user + system) / 1000, rssMb: rss / 1e6, heldMb: (heapUsed + external) / 1e6 } satisfies Usage);
  });
  process.on('disconnect', () => process.exit(0));
  process.send!({ url: server.url });
}

export interface Usage {
  /** All threads: the seal is opened on Node's pool. */
  readonly cpuMs: number;
  readonly rssMb: number;
  /** After a collection: what is really held. */
  readonly heldMb: number;
}
