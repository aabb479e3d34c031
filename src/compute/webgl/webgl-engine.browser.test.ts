import { describe } from 'vitest';
import { describeEngine } from '../engine.contract.js';
import { createWebglEngine } from './entry.js';

describe('webgl engine', () => {
  describeEngine(() => createWebglEngine(), 1e-5);
});
