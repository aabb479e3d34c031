/** What a topic of reference vectors is, and how a figure is compared. */

// Vectors are JSON of a stated form; a wrong form shows as a failing case, not as a type error.
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

export interface VectorFile {
  readonly cases: readonly { readonly id: string; readonly input: Loose; readonly expected: Loose }[];
  readonly tolerance?: Loose;
  readonly rdp_orders?: readonly number[];
  readonly rdp_integer_orders?: readonly number[];
}

export interface CheckContext {
  readonly file: VectorFile;
  /** Draws per sampler. */
  readonly draws: number;
}

export interface Topic {
  readonly name: string;
  /** Is this the topic of a file whose first case has this input and this expectation? */
  readonly recognises: (input: Loose, expected: Loose) => boolean;
  readonly check: (input: Loose, expected: Loose, context: CheckContext) => readonly string[];
}

export function relative(file: VectorFile, otherwise: number): number {
  return typeof file.tolerance?.relative === 'number' ? file.tolerance.relative : otherwise;
}

/** An expectation of exactly 0 is met only by 0. */
export function near(name: string, got: number | undefined, expected: number, tolerance: number): readonly string[] {
  return got !== undefined && Math.abs(got - expected) <= tolerance * Math.abs(expected)
    ? []
    : [`${name} is ${got}, expected ${expected} (relative ${tolerance})`];
}

export function same(name: string, got: number | string, expected: number | string): readonly string[] {
  return got === expected ? [] : [`${name} is ${got}, expected ${expected}`];
}
