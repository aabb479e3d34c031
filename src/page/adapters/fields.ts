/** How a field of a foreign payload becomes one of ours: rules 1, 3 and 5 of the event fixtures. Shared by the adapters. */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Trimmed; undefined where nothing is said. */
export function textOf(value: unknown): string | undefined {
  return (typeof value === 'string' && value.trim()) || undefined;
}

/** Like `textOf`, and a number is written in decimal. */
export function idOf(value: unknown): string | undefined {
  return Number.isFinite(value) ? String(value) : textOf(value);
}

/** A finite number, or a text that is wholly a decimal number (`"39.50"`, not `"39.50 EUR"` nor `"1e3"`). */
export function numberOf(value: unknown): number | undefined {
  if (Number.isFinite(value)) return value as number; // isFinite is false for everything but numbers
  const text = textOf(value);
  return text !== undefined && /^[-+]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** A whole number, at least 0. */
export function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return Number.isInteger(number) && number! >= 0 ? number : undefined;
}

/** Epoch milliseconds of an ISO 8601 text, or of such a number. */
export function timeOf(value: unknown): number | undefined {
  if (Number.isInteger(value)) return value as number; // isInteger is false for everything but numbers
  const ms = Date.parse(textOf(value) ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** Paths such as `Apparel/Shirts` or `Home > Lamps`, general to special, each step once; undefined for none. */
export function categoriesOf(paths: readonly unknown[]): string[] | undefined {
  const steps = new Set<string>();
  for (const path of paths) {
    for (const step of (textOf(path) ?? '').split(/[>/]/)) if (step.trim()) steps.add(step.trim());
  }
  return steps.size > 0 ? [...steps] : undefined;
}

/** The object without its undefined keys: a key with nothing to say is absent. */
export function said<Shape extends object>(shape: { readonly [Key in keyof Shape]: Shape[Key] | undefined }): Shape {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(shape)) if (value !== undefined) result[key] = value;
  return result as Shape; // every key left has a value of its own type
}
