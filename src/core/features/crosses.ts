/** A declared conjunction: the fields whose values count together, two or more. */
export type Cross = readonly string[];

/** Cannot occur in the middle of a sane value; keeps (“a”, “bc”) and (“ab”, “c”) apart. */
const SEPARATOR = '\u001F';

/** A plain feature: this field has this value. */
export function fieldFeature(field: string, value: string): string {
  return `${field}${SEPARATOR}${value}`;
}

/** Each declared cross of whose fields all are present, as one feature each, in the order declared. */
export function crossFeatures(fields: Readonly<Record<string, string | undefined>>, crosses: readonly Cross[]): readonly string[] {
  const features: string[] = [];
  for (const cross of crosses) {
    const values = cross.map((field) => fields[field]);
    if (values.every((value) => value !== undefined)) features.push(fieldFeature(cross.join('×'), values.join(SEPARATOR)));
  }
  return features;
}

/** Every pair of different fields once. */
export function allPairs(fields: readonly string[]): readonly Cross[] {
  return fields.flatMap((first, at) => fields.slice(at + 1).map((second) => [first, second]));
}
