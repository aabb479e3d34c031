import { describe } from 'vitest';
import { describeEngine } from '../engine.contract.js';
import { describeFullEngine } from '../full-engine.contract.js';
import { createWebglEngine } from './entry.js';

describe('webgl engine', () => {
  describeEngine(() => createWebglEngine(), 1e-5);
});

describe('webgl engine, the kernels for shared models', () => {
  describeFullEngine(() => createWebglEngine(), 1e-5);
});
