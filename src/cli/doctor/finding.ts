/** One line of the doctor's answer. */
export interface Finding {
  /** Stable, for `--json`: `tag`, `csp`, `worker`, `events`, `ids`, `consent`, `store`, `clock`, `cache:page`, `cache:switch`, `cache:catalogue`. */
  readonly check: string;
  /** null: not looked at, or nothing to look at. */
  readonly ok: boolean | null;
  /** What was found, in one sentence. */
  readonly detail: string;
  /** What to do; present where `ok` is false, and where there is advice. */
  readonly fix?: string;
}

export function good(check: string, detail: string): Finding {
  return { check, ok: true, detail };
}

export function bad(check: string, detail: string, fix: string): Finding {
  return { check, ok: false, detail, fix };
}

export function unknown(check: string, detail: string, fix?: string): Finding {
  return { check, ok: null, detail, ...(fix === undefined ? {} : { fix }) };
}
