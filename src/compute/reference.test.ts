import { describe, expect, test } from 'vitest';
import { describeEngine } from './engine.contract.js';
import { createReferenceEngine } from './reference.js';

describe('reference engine', () => {
  describeEngine(async () => createReferenceEngine(), 0);

  test('holds no textures', () => {
    expect(createReferenceEngine().describe().textures).toEqual([]);
  });
});
