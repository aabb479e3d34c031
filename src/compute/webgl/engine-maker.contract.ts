import { afterEach } from 'vitest';
import type { LinearParams, SparseBatch } from '../../core/learners/kernel-types.js';
import { sparseBatch } from '../engine-cases.contract.js';
import type { FullEngine, GpuEngine } from '../engine.js';
import type { Device } from './device.js';
import { createWebglEngine } from './webgl-engine.js';

export type WebglEngine = GpuEngine & FullEngine;

/** Makes engines on any device, and closes them after each test of the file that asks. */
export function engineMaker(): (open?: () => Device) => Promise<WebglEngine> {
  const engines: WebglEngine[] = [];
  afterEach(() => {
    for (const engine of engines.splice(0)) engine.close();
  });
  return async (open) => {
    const engine = await createWebglEngine(open);
    engines.push(engine);
    return engine;
  };
}

export const copyOf = (params: LinearParams): LinearParams => ({
  weights: params.weights.slice(),
  accumulators: params.accumulators.slice(),
});

export const batchOf = (seed: number, rows = 40): SparseBatch => sparseBatch({ rows, size: 2048, nonZeros: 30, seed });
