import * as v from 'valibot';
import { SdkError } from '../../core/errors.js';
import { seededRandom, secureBits, type SecureBits } from '../../core/random.js';
import { openMemoryLedgerStore } from '../../storage/ledger-memory.js';
import { tasksSchema, type TasksDocument } from '../../wire/messages.js';
import type { Policy } from '../../wire/policy.js';
import { isLoopbackHost } from '../../worker/loopback.js';
import { createOutbox } from '../../worker/outbox.js';
import { takePart } from '../../worker/participant.js';
import { createReporter } from '../../worker/report.js';
import { createTransport, type FetchLike, type Transport } from '../../worker/transport.js';
import { browse, populationShare, shopOf, tasteOf, type PopulationOptions } from './population.js';
import type { Progress } from './progress.js';

/** Simulated devices that run the participant's real code against a real endpoint: judge, reserve, seal, send. */
export interface HttpOptions extends PopulationOptions {
  readonly endpoint: string;
  readonly site: string;
  readonly devices: number;
  readonly seed: number;
  readonly fetch: FetchLike;
  /** Fills bytes with platform randomness: what is sent is noised as on a real device. */
  readonly fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly progress: Progress;
}

export interface HttpResult {
  readonly taskId: string;
  readonly round: number;
  readonly sent: number;
  /** Code of a refusal → devices. */
  readonly refused: Readonly<Record<string, number>>;
  readonly bytes: number;
}

const CONCURRENCY = 16;
const CATALOGUE_ITEMS = 1_200;
const DAY_MS = 86_400_000;
/** Sealing and the endpoint's work, generously; a round with less time left is waited out. */
const MS_PER_DEVICE = 8;

export async function simulateOverHttp(options: HttpOptions): Promise<HttpResult> {
  const { devices, now, progress } = options;
  const transport = createTransport(options.endpoint, options.fetch);
  const freshTasks = sharedTasks(options, transport);
  const first = await roundWithTime(options, freshTasks);
  const { policy, round } = first;
  if (policy.block.kind !== 'taste')
    throw new SdkError('invalid-options', `the task ${policy.taskId} asks for a vector; simulated shoppers know taste rounds`);

  const world = seededRandom(options.seed * 2 + 1);
  const shop = shopOf(policy.block.cells, CATALOGUE_ITEMS, world);
  const population = populationShare(policy.block.cells, options.strength, world);
  const bits = secureBits(options.fillRandom);
  const refused = new Map<string, number>();
  let sent = 0;
  let bytes = 0;
  let next = 0;

  async function device(seed: number): Promise<string> {
    const random = seededRandom(seed);
    const events = browse(shop, tasteOf(population, options.alpha, random), random, now());
    const outcome = await runDevice(options, policy, transport, bits, await freshTasks(), events);
    bytes += outcome.bytes;
    return outcome.verdict;
  }
  async function worker(): Promise<void> {
    while (next < devices) {
      const verdict = await device(options.seed * 1_000_003 + next++);
      if (verdict === 'sent') sent += 1;
      else refused.set(verdict, (refused.get(verdict) ?? 0) + 1);
      progress.add(1);
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, devices) }, worker));
  return { taskId: policy.taskId, round: round.round, sent, refused: Object.fromEntries(refused), bytes };
}

/** One device from task list to delivery. Its storage is as old as the policy's probation; the drawn time of sending is not waited for. */
async function runDevice(
  { site, endpoint, now, sleep }: HttpOptions,
  policy: Policy,
  transport: Transport,
  bits: SecureBits,
  tasks: TasksDocument,
  events: Parameters<typeof takePart>[0]['events'] extends () => Promise<infer Events> ? Events : never,
): Promise<{ readonly verdict: string; readonly bytes: number }> {
  const ledger = openMemoryLedgerStore(Math.min(now(), tasks.serverTimeMs) - policy.separationDays * DAY_MS);
  const isLoopbackPage = isLoopbackHost(new URL(endpoint).hostname);
  const verdicts = await takePart(
    {
      site,
      endpoint,
      isLoopbackPage,
      ledger,
      bits,
      now,
      events: async () => events,
      makeReport: createReporter(bits),
      isAllowed: () => true,
    },
    { ...tasks, tasks: tasks.tasks.filter((task) => task.policy.taskId === policy.taskId) },
  );
  const refusal = verdicts.get(policy.taskId);
  if (refusal !== null) return { verdict: refusal?.code ?? 'unknown-task', bytes: 0 };
  const [entry] = (await ledger.read()).outbox;
  const skippedMs = entry!.sendAtMs - now();
  const outbox = createOutbox({ ledger, endpoint, transport, now: () => now() + skippedMs, isAllowed: () => true });
  for (let delayMs = await outbox.send(); delayMs !== null; delayMs = await outbox.send()) await sleep(delayMs);
  const [line] = (await ledger.read()).sent;
  return { verdict: line!.outcome, bytes: line!.outcome === 'sent' ? line!.sizeBytes : 0 };
}

/** The list is byte-identical for every device within a second, so one request a second answers for all of them. */
function sharedTasks({ site, now }: HttpOptions, transport: Transport): () => Promise<TasksDocument> {
  let askedAtMs = -Infinity;
  let answer: Promise<TasksDocument> | null = null;
  return () => {
    if (answer !== null && now() - askedAtMs < 1_000) return answer;
    askedAtMs = now();
    answer = transport.getTasks(site).then((raw) => v.parse(tasksSchema, raw));
    return answer;
  };
}

/** Waits for a round with enough time left for everybody. @throws SdkError `unknown-task` */
async function roundWithTime({ site, devices, sleep, progress }: HttpOptions, tasks: () => Promise<TasksDocument>) {
  for (let said = false; ;) {
    const document = await tasks();
    const task = document.tasks.find(({ policy }) => policy.block.kind === 'taste');
    if (task === undefined) throw new SdkError('unknown-task', `the endpoint has no taste task for the site ${site}`);
    const { policy, round } = task;
    const needMs = Math.min(devices * MS_PER_DEVICE + 2_000, policy.roundSeconds * 800);
    if (round !== null && round.closesAtMs - document.serverTimeMs >= needMs) return { policy, round };
    if (!said) progress.note('waiting for the next round: this one ends too soon for everybody');
    said = true;
    await sleep(1_000);
  }
}
