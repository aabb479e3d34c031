/**
 * What statistics cannot see: floating-point noise leaks through its gaps (Mironov 2012), and a predictable generator is no
 * noise at all. The files that draw noise may use whole numbers and bits only; the rest of the folder may not draw any.
 */

/** From a seed or from floating-point numbers to noise there is no way without one of these. */
const neverInPrivacy = [/\bMath\.random\b/, /\bseededRandom\b/, /\bnextUnit\b/, /\bnextUint32\b/];
const wholeMath = new Set(['floor', 'abs', 'clz32', 'max', 'min', 'imul']);

/** Files between bits and noise, all of whose arithmetic is whole. */
export const noiseFiles = ['bernoulli-exp.ts', 'discrete-gaussian.ts', 'discrete-laplace.ts', 'uniform.ts'];

/**
 * @param sources  by file name, the whole of `src/core/privacy` without its tests
 * @returns        offences, as `file: text`
 */
export function floatNoise(sources: ReadonlyMap<string, string>): readonly string[] {
  const offences: string[] = [];
  for (const file of noiseFiles) if (!sources.has(file)) offences.push(`${file}: not found; say where noise is drawn now`);
  for (const [file, source] of sources) {
    const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '');
    for (const pattern of neverInPrivacy) if (pattern.test(code)) offences.push(`${file}: ${pattern.source}`);
    if (!noiseFiles.includes(file)) continue;
    for (const [member, name] of code.matchAll(/\bMath\.(\w+)/g)) if (!wholeMath.has(name!)) offences.push(`${file}: ${member}`);
    for (const [literal] of code.matchAll(/(?<![\w.])\d[\d_]*\.\d+|(?<![\w.])\d+e-\d+/g)) offences.push(`${file}: ${literal}`);
  }
  return offences;
}
