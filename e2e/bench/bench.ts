import type { Browser } from 'playwright';
import type { Figure } from './figure.js';

/** A benchmark: a name for the command line, and what it measures. */
export interface Bench {
  readonly name: string;
  run(context: BenchContext): Promise<readonly Figure[]>;
}

export interface BenchContext {
  browser(): Promise<Browser>;
  /** Progress, for a person: goes to standard error. */
  say(line: string): void;
}
