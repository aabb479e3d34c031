import { SdkError } from '../../core/errors.js';

/** @throws SdkError `engine-refused`, always */
export function refuse(found: string): never {
  throw new SdkError('engine-refused', `the GPU's result cannot be right: ${found}; nothing was changed, the step is repeated elsewhere`);
}
