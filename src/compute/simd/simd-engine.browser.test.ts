import { describe } from 'vitest';
import { describeEngine } from '../engine.contract.js';
import { describeFullEngine } from '../full-engine.contract.js';
import { createSimdEngineAtHome } from './at-home.contract.js';
import { createSimdEngine } from './entry.js';

const tolerance = 1e-6;

describe('simd engine, on arrays of the caller', () => {
  describeEngine(async () => createSimdEngine(), tolerance);
  describeFullEngine(async () => createSimdEngine(), tolerance);
});

describe('simd engine, on arrays in its own memory', () => {
  describeEngine(async () => createSimdEngineAtHome(), tolerance);
  describeFullEngine(async () => createSimdEngineAtHome(), tolerance);
});
