import { InvalidArgumentError, type Command } from 'commander';
import { planRows, type PlanQuestion, type PlanRow } from './plan/plan-rows.js';

interface PlanFlags {
  readonly cells: readonly number[];
  readonly dim: readonly number[];
  readonly splitDim: readonly number[];
  readonly epsilon: readonly number[];
  readonly delta: number;
  readonly error: number;
  readonly devices?: number;
  readonly voteSignal: number;
  readonly vectorSignal: number;
  readonly gradientSignal: number;
  readonly releases: number;
  readonly json?: boolean;
}

/** `homebody plan`: how many devices a round needs before it says anything, by the formula that devices refuse by. */
export function register(program: Command): void {
  program
    .command('plan')
    .description('cohort, ε and predicted error of private rounds, before anybody spends budget')
    .option('--epsilon <n,…>', 'per release for local rounds, over all releases for split ones', list(positive), [2, 4])
    .option('--cells <n,…>', 'cells of a taste vote (J)', list(whole), [16, 32, 64, 128])
    .option('--dim <n,…>', 'numbers of a local vector', list(whole), [16])
    .option('--split-dim <n,…>', 'numbers of a vector in split mode', list(whole), [64, 256, 1024])
    .option('--delta <n>', 'δ of Gaussian rounds; a vote has none', fraction, 1e-6)
    .option('--releases <n>', 'releases of one device under the ε of split mode', whole, 3)
    .option('--error <n>', 'predicted error that is asked for', positive, 0.3)
    .option('--devices <n>', 'also print the predicted error at so many devices', whole)
    .option('--vote-signal <n>', 'm of a vote, as `homebody simulate` measures it', fraction, 0.25)
    .option('--vector-signal <n>', 'm of a local vector', fraction, 0.6)
    .option('--gradient-signal <n>', 'm of gradient deltas in split mode', fraction, 0.07)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nPredicted error = noise L2 / (bound · m), m = norm of the mean ÷ bound. Devices refuse to take part above 0.5.',
    )
    .action((flags: PlanFlags) => {
      const question: PlanQuestion = {
        ...flags,
        dpDelta: flags.delta,
        dims: flags.dim,
        splitDims: flags.splitDim,
        epsilons: flags.epsilon,
        wantedError: flags.error,
        devices: flags.devices ?? null,
      };
      const rows = planRows(question);
      const { voteSignal, vectorSignal, gradientSignal, wantedError, dpDelta } = question;
      if (flags.json === true)
        print(JSON.stringify({ wantedError, dpDelta, signal: { vote: voteSignal, vector: vectorSignal, gradient: gradientSignal }, rows }));
      else printRows(rows, question);
    });
}

function printRows(rows: readonly PlanRow[], { wantedError, dpDelta, devices, releases }: PlanQuestion): void {
  print(
    `Devices needed for a predicted error of ${wantedError} (noise L2 / (bound · m)). Unit: one browser profile on one origin. ` +
      `Votes: replacement, δ 0, per release. Local vectors: replacement, δ ${dpDelta}, per release; ` +
      `split: zero-out, δ ${dpDelta}, ${releases} releases together, one of two operators trusted (a plan only: this version serves local rounds).`,
  );
  const titles = [
    'mode',
    'size',
    'ε asked',
    'ε claimed',
    'mechanism',
    'bound',
    'm',
    'noise L2 (n=1)',
    'devices',
    ...(devices === null ? [] : [`error at ${devices}`]),
  ];
  const cells = rows.map((row) => [
    row.mode,
    `${row.mode === 'vote' ? 'J' : 'd'} = ${row.size}`,
    String(row.epsilonAsked),
    row.epsilonClaimed.toFixed(3),
    row.mechanism,
    String(row.bound),
    String(row.signal),
    row.noiseOfOne.toPrecision(4),
    row.devicesNeeded.toLocaleString('en'),
    ...(row.errorAtDevices === null ? [] : [row.errorAtDevices.toFixed(3)]),
  ]);
  const widths = titles.map((title, at) => Math.max(title.length, ...cells.map((cell) => cell[at]!.length)));
  for (const line of [titles, ...cells])
    print(
      line
        .map((text, at) => text.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    );
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const list =
  (each: (text: string) => number) =>
  (text: string): readonly number[] =>
    text.split(',').map(each);

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`a whole number from 1, got ${text}`);
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError(`a number above 0, got ${text}`);
  return value;
}

function fraction(text: string): number {
  const value = positive(text);
  if (value > 1) throw new InvalidArgumentError(`a number above 0 and at most 1, got ${text}`);
  return value;
}
