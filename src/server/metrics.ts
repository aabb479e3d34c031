import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../core/errors.js';

/**
 * What the endpoint counts of itself. An observer who sees an exact count rise learns that one device reported just now,
 * so the public numbers of reports are rounded down to tens; exact ones need the operator's token.
 */
export interface Metrics {
  accepted(outcome: 'counted' | 'repeat'): void;
  refused(code: ErrorCode): void;
  committed(reports: number, seconds: number): void;
  roundEnded(phase: 'closed' | 'abandoned'): void;
  /** Reports refused since the start, by code, most frequent first. */
  refusals(): readonly (readonly [ErrorCode, number])[];
  /** Prometheus text. */
  text(isOperator: boolean): Promise<string>;
}

/** What observers may see of a count. */
export function inTens(count: number): number {
  return Math.floor(count / 10) * 10;
}

/** @param waiting  reports that are being opened or committed now */
export function createMetrics(waiting: () => number): Metrics {
  const accepted = { counted: 0, repeat: 0 };
  const refusals = new Map<ErrorCode, number>();
  const ended = { closed: 0, abandoned: 0 };
  const open = new Registry();
  const operator = new Registry();

  const counter = (
    registry: Registry,
    name: string,
    help: string,
    label: string,
    values: () => Iterable<readonly [string, number]>,
  ): void => {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of values()) this.inc({ [label]: value }, count);
      },
    });
  };
  counter(open, 'homebody_reports_accepted_in_tens_total', 'Reports answered 202, rounded down to tens', 'outcome', () =>
    Object.entries(accepted).map(([outcome, count]) => [outcome, inTens(count)]),
  );
  counter(open, 'homebody_reports_refused_total', 'Reports refused, by code', 'code', () => refusals);
  counter(open, 'homebody_rounds_ended_total', 'Rounds ended', 'phase', () => Object.entries(ended));
  new Gauge({
    name: 'homebody_reports_waiting',
    help: 'Reports being opened or committed, in steps of 10',
    registers: [open],
    collect() {
      this.set(inTens(waiting()));
    },
  });
  counter(operator, 'homebody_reports_accepted_total', 'Reports answered 202', 'outcome', () => Object.entries(accepted));
  const commitSeconds = new Histogram({
    name: 'homebody_commit_seconds',
    help: 'Time of one group commit',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5],
    registers: [operator],
  });
  const commitReports = new Histogram({
    name: 'homebody_commit_reports',
    help: 'Reports in one group commit',
    buckets: [1, 2, 4, 8, 16, 32, 64],
    registers: [operator],
  });

  return {
    accepted: (outcome) => void accepted[outcome]++,
    refused: (code) => void refusals.set(code, (refusals.get(code) ?? 0) + 1),
    committed(reports, seconds) {
      commitSeconds.observe(seconds);
      commitReports.observe(reports);
    },
    roundEnded: (phase) => void ended[phase]++,
    refusals: () => [...refusals].sort(([, a], [, b]) => b - a),
    async text(isOperator) {
      const texts = await Promise.all([open, ...(isOperator ? [operator] : [])].map((registry) => registry.metrics()));
      return texts.join('\n');
    },
  };
}
