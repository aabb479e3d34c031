import type { Dataset } from './dataset.js';

/** In the order of the help. */
export const datasets: readonly Dataset[] = [];
