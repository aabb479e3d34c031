// The ambient module must be seen wherever this file is, also by the tests' project.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./virtual.d.ts" />
import binary from 'virtual:homebody-simd';
import { SdkError } from '../../core/errors.js';

/** What `assembly/index.ts` exports; pointers and counts are numbers, flags 0 or 1. */
export interface Exports {
  stepLinear(...numbers: number[]): void;
  stepFactors(...numbers: number[]): void;
  stepPairs(...numbers: number[]): void;
  stepSingles(...numbers: number[]): void;
  backwardLayer(...numbers: number[]): void;
  dropOut(...numbers: number[]): void;
  forwardLayer(...numbers: number[]): void;
  scoreRows(...numbers: number[]): number;
  updateLayer(...numbers: number[]): void;
  findTopK(...numbers: number[]): number;
  findTopKInt8(...numbers: number[]): number;
  sortHeap(scores: number, rows: number, filled: number): void;
}

let compiled: WebAssembly.Module | undefined;

/**
 * Compiled at most once per page or worker.
 * @throws SdkError `wasm-blocked` where a CSP without 'wasm-unsafe-eval' forbids it, `engine-unavailable` where SIMD is not known
 */
export function simdModule(): WebAssembly.Module {
  if (compiled !== undefined) return compiled;
  if (typeof WebAssembly === 'undefined') throw new SdkError('engine-unavailable', 'simd: there is no WebAssembly here');
  const bytes = Uint8Array.from(binary.match(/../g)!, (pair) => parseInt(pair, 16));
  if (!WebAssembly.validate(bytes)) throw new SdkError('engine-unavailable', 'simd: this WebAssembly knows no SIMD');
  try {
    compiled = new WebAssembly.Module(bytes);
  } catch (thrown) {
    const message = "simd: WebAssembly is blocked; allow 'wasm-unsafe-eval' in the script-src of the content security policy";
    throw new SdkError('wasm-blocked', message, { cause: thrown });
  }
  return compiled;
}
