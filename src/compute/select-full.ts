import { createFullReferenceEngine } from './full-reference.js';
import type { KernelName } from './race.js';
import { createSelector, type EngineSelector, type SelectorOptions } from './select.js';

/** The choice among all kernels, for who trains shared models: small calls come by the million there, so each size is raced. */
export function createFullSelector(options: SelectorOptions): EngineSelector<KernelName> {
  return createSelector(options, { reference: createFullReferenceEngine(), isTraining: true });
}
