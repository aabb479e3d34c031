import { describe } from 'vitest';
import { describeFullEngine } from './full-engine.contract.js';
import { createFullReferenceEngine } from './full-reference.js';

describe('reference engine with all kernels', () => {
  describeFullEngine(async () => createFullReferenceEngine(), 0);
});
