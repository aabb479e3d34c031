/** What `homebody eval` runs: a data set with its protocol, by the learners that ship. */
export interface Dataset {
  /** The word on the command line. */
  readonly name: string;
  /** One line for `--help`: the data and the protocol. */
  readonly summary: string;
  run(context: EvalContext): Promise<EvalReport>;
}

export interface EvalContext {
  /** Folder that holds the files of the set. */
  readonly dir: string;
  /** `--lists`, as given; empty where the flag is absent. */
  readonly lists: readonly string[];
  /** `--protocol`: one part of a set that has several; null for all of them. */
  readonly protocol: string | null;
  readonly seed: number;
  /** `--tune`: choose the configuration anew (never on what is evaluated) instead of taking the fixed one. */
  readonly isTuning: boolean;
  /** A step of long work, for a person: “epoch 3 of 20”; `of` 0 where the end is not known. */
  progress(what: string, done: number, of: number): void;
}

/** Only the figures that apply. */
export interface EvalMetrics {
  readonly hr10?: number;
  readonly ndcg10?: number;
  readonly hr20?: number;
  readonly mrr20?: number;
  readonly auc?: number;
  readonly logloss?: number;
  readonly rmse?: number;
  readonly accuracy?: number;
  /** Expected calibration error, 10 bins of equal width. */
  readonly ece?: number;
}

export interface EvalReport {
  readonly dataset: string;
  /** Who is predicted, from what, in which order, among which candidates. */
  readonly protocol: string;
  readonly seed: number;
  /** Every number the learners were given, and `chosen`: how they were chosen. */
  readonly config: { readonly chosen: string } & Readonly<Record<string, unknown>>;
  readonly metrics: EvalMetrics;
  /** Others on the same work: name → figures. `measured` here, or `published` in the design of the protocol. */
  readonly baselines: Readonly<Record<string, EvalMetrics & { readonly source: 'measured' | 'published' }>>;
  /** What the house asks of itself: lower bounds, upper ones for logloss, rmse and ece. */
  readonly targets?: EvalMetrics;
  /** More figures than the fixed names hold, for instance a curve: title → rows. */
  readonly tables?: Readonly<Record<string, readonly Readonly<Record<string, number | string>>[]>>;
}
