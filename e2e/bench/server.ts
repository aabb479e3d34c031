import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { startServer } from '../../src/server/start.js';
import { postgresMissing, startPostgres } from '../../src/server/store/postgres-server.contract.js';
import { policyHash } from '../../src/wire/canonical.js';
import { examplePolicy, exampleVectorPolicy } from '../../src/wire/example-policies.contract.js';
import { sealReport } from '../../src/wire/hpke.js';
import { encodeVectorPayload, encodeVotePayload } from '../../src/wire/payload.js';
import type { Bench, BenchContext } from './bench.js';
import { budget, type Figure } from './figure.js';
import type { Usage } from './server-process.js';

/**
 * Sealed reports end to end: HTTP, frame, HPKE, check, group commit on disk, 202. Local mode, so votes of 32 cells and vectors
 * of 16 numbers (split mode's 16,384 are not in it). Sealed before; the load comes from this process, 32 at a time, so the
 * time of a processor per report is the endpoint's own whatever else the machine does, and reports/s is not.
 */
export const serverBench: Bench = {
  name: 'server',
  async run(context) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'homebody-bench-server-'));
    const common = { port: 0, keyFile: path.join(folder, 'key.json'), token: 'operator-token' };
    try {
      const sqlite = { ...common, store: `sqlite:${path.join(folder, 'bench.db')}` };
      const bodies = await publishAndSeal(sqlite, context);
      const figures = [...(await measureSqlite(sqlite, bodies, context))];
      const missing = postgresMissing();
      if (missing === null) figures.push(...(await measurePostgres(common, bodies.votes, context)));
      else context.say(`  skipped on PostgreSQL: ${missing}`);
      return figures;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

const VOTES = Number(process.env['HOMEBODY_BENCH_REPORTS'] ?? 30_000);
const VECTORS = 2_000;
const AT_ONCE = 32;
/** DESIGN section 5: 350 sealed reports a second and core. */
const CPU_MS_PER_REPORT = 1000 / 350;
/** Of votes alone, on a second database. */
const POSTGRES_REPORTS = 4_000;

interface Bodies {
  readonly votes: readonly Uint8Array[];
  readonly vectors: readonly Uint8Array[];
}

async function publishAndSeal(options: Parameters<typeof startServer>[0], context: BenchContext): Promise<Bodies> {
  const server = await startServer(options);
  const { publicKey } = server;
  const [taste, weights] = [examplePolicy({ publicKey }), exampleVectorPolicy({ publicKey })];
  await server.service.publish(taste);
  await server.service.publish(weights);
  await server.close();
  const seal = async (at: number): Promise<Uint8Array> => {
    const policy = at < VOTES ? taste : weights;
    const payload =
      at < VOTES
        ? encodeVotePayload([at % 32], 32)
        : encodeVectorPayload(
            new Int32Array(16).map((_, row) => ((at * 37 + row) % 999) - 499),
            16,
          );
    const reportId = new Uint8Array(16);
    new DataView(reportId.buffer).setUint32(12, at);
    return sealReport({ payload, policy, hash: await policyHash(policy), round: 1, reportId });
  };
  const sealed: Uint8Array[] = [];
  for (let at = 0; at < VOTES + VECTORS; at += 64) {
    const group = Array.from({ length: Math.min(64, VOTES + VECTORS - at) }, (_, member) => seal(at + member));
    sealed.push(...(await Promise.all(group)));
  }
  context.say(`  sealed ${VOTES} votes and ${VECTORS} vectors of 16`);
  return { votes: sealed.slice(0, VOTES), vectors: sealed.slice(VOTES) };
}

async function measureSqlite(options: object, { votes, vectors }: Bodies, context: BenchContext): Promise<Figure[]> {
  const server = await startProcess(options);
  const quarter = votes.length >> 2;
  await load([server.url], votes.slice(0, quarter)); // warm-up, counted in nothing but the memory
  const before = await server.usage();
  const run = await load([server.url], votes.slice(quarter));
  const after = await server.usage();
  const vector = await load([server.url], vectors);
  const last = await server.usage();
  await server.end();
  const measured = votes.length - quarter;
  context.say(`  SQLite: ${run.perSecond.toFixed(0)} votes/s, ${vector.perSecond.toFixed(0)} vectors/s; RSS ${last.rssMb.toFixed(0)} MB`);
  return [
    budget('server-sqlite-vote-cpu', (after.cpuMs - before.cpuMs) / measured, 'ms of one core per report', CPU_MS_PER_REPORT),
    budget('server-sqlite-vector16-cpu', (last.cpuMs - after.cpuMs) / vectors.length, 'ms of one core per report', CPU_MS_PER_REPORT),
    rate('server-sqlite-votes', run.perSecond),
    budget('server-sqlite-vote-p99', run.p99Ms, `ms with ${AT_ONCE} at once`, null),
    budget('server-memory-growth', Math.max(0, last.heldMb - before.heldMb), `MB over ${measured + vectors.length} reports`, 8),
    budget('server-memory-rss', last.rssMb, 'MB', null),
  ];
}

async function measurePostgres(common: object, votes: readonly Uint8Array[], context: BenchContext): Promise<Figure[]> {
  const database = await startPostgres([]); // as it is installed: every commit waits for the disk
  try {
    const perSecond: number[] = [];
    const figures: Figure[] = [];
    for (const processes of [1, 2]) {
      const store = await database.freshUrl();
      const whole = await startServer({ ...common, store });
      await whole.service.publish(examplePolicy({ publicKey: whole.publicKey }));
      const ingest = await Promise.all(Array.from({ length: processes }, () => startProcess({ ...common, store, role: 'ingest' })));
      const urls = ingest.map(({ url }) => url);
      await load(urls, votes.slice(0, 500));
      const before = await Promise.all(ingest.map((each) => each.usage()));
      const sent = votes.slice(500, POSTGRES_REPORTS);
      const run = await load(urls, sent);
      const after = await Promise.all(ingest.map((each) => each.usage()));
      const cpuMs = after.reduce((sum, usage, at) => sum + usage.cpuMs - before[at]!.cpuMs, 0) / sent.length;
      await Promise.all(ingest.map((each) => each.end()));
      await whole.close();
      perSecond.push(run.perSecond);
      context.say(`  PostgreSQL, ${processes} ingest: ${run.perSecond.toFixed(0)} votes/s, p99 ${run.p99Ms.toFixed(0)} ms`);
      figures.push(
        budget(
          `server-postgres-${processes}-ingest-vote-cpu`,
          cpuMs,
          'ms of one core per report',
          processes === 1 ? CPU_MS_PER_REPORT : null,
        ),
        rate(`server-postgres-${processes}-ingest-votes`, run.perSecond),
        budget(`server-postgres-${processes}-ingest-vote-p99`, run.p99Ms, `ms with ${AT_ONCE} at once`, null),
      );
    }
    // Load, database and two endpoints want a core each: with fewer there is nothing to gain, and no target.
    const hasCores = os.cpus().length >= 4;
    const ratio = perSecond[1]! / perSecond[0]!;
    figures.push({
      ...rate('server-postgres-two-ingest', perSecond[1]!),
      against: `one ingest: ${perSecond[0]!.toFixed(0)} reports/s, on ${os.cpus().length} cores`,
      ratio: Number(ratio.toPrecision(4)),
      target: hasCores ? 1.6 : null,
      ok: hasCores ? ratio >= 1.6 : null,
    });
    return figures;
  } finally {
    await database.stop();
  }
}

/** More is better, so it is no budget: told without a target. */
function rate(name: string, perSecond: number): Figure {
  return { ...budget(name, perSecond, `reports/s on ${os.cpus().length} cores, load and database included`, null) };
}

interface EndpointProcess {
  readonly url: string;
  usage(): Promise<Usage>;
  end(): Promise<void>;
}

async function startProcess(options: object): Promise<EndpointProcess> {
  const args = ['--expose-gc', 'build/run.mjs', 'e2e/bench/server-process.ts', JSON.stringify(options)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const answer = async <T>(): Promise<T> => ((await once(child, 'message')) as [T])[0];
  const { url } = await answer<{ url: string }>();
  return {
    url,
    usage() {
      const told = answer<Usage>();
      child.send('usage');
      return told;
    },
    async end() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** Sends all, so many at once, to the endpoints in turn. @throws where one is not answered 202 */
async function load(
  urls: readonly string[],
  bodies: readonly Uint8Array[],
): Promise<{ readonly perSecond: number; readonly p99Ms: number }> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const latencies: number[] = [];
  const startMs = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < bodies.length; at = next++) {
      const sentMs = performance.now();
      const status = await post(`${urls[at % urls.length]}/v1/reports`, bodies[at]!, agent);
      if (status !== 202) throw new Error(`report ${at} was answered ${status}`);
      latencies.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  agent.destroy();
  const sorted = latencies.sort((one, other) => one - other);
  return { perSecond: (1000 * bodies.length) / (performance.now() - startMs), p99Ms: sorted[Math.floor(0.99 * (sorted.length - 1))]! };
}

function post(url: string, body: Uint8Array, agent: http.Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': body.length };
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
    });
    request.on('error', reject).end(body);
  });
}
