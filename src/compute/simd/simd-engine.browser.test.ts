import { describe } from 'vitest';
import { describeEngine } from '../engine.contract.js';
import { createSimdEngine } from './entry.js';

describe('simd engine', () => {
  describeEngine(async () => createSimdEngine(), 1e-6);
});
