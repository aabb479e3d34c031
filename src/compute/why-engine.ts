import type { EngineFallback, EngineName } from './engine.js';

/**
 * Why this engine, for a person.
 * @param active  undefined for `reference`
 */
export function whyOf(
  wanted: EngineName | 'auto',
  active: EngineName | undefined,
  fallbacks: readonly EngineFallback[],
  hasRaced: boolean,
): string {
  const failure = fallbacks.at(-1);
  if (failure !== undefined && active === undefined) return `${failure.from} was left (${failure.error.code}): ${failure.error.message}`;
  if (wanted === 'reference') return 'the shop asked for reference';
  if (wanted !== 'auto') return active === wanted ? `the shop asked for ${wanted}` : `${wanted} is being loaded`;
  if (active !== undefined) return `${active} won a race on this device; what it did not win is done by another engine`;
  return hasRaced ? 'reference won the races on this device' : 'no work so far that another engine could make faster';
}
