import { secureBits } from '../core/random.js';
import { createReporter as reporterOf, type MakeReport } from './report.js';

/**
 * The lazy chunk `participation.js`, loaded after the second consent: histogram, vote, samplers, seal. It takes its bits
 * from the platform's generator itself: nothing that loads it can hand it others.
 */
export function createReporter(): MakeReport {
  return reporterOf(secureBits((bytes) => crypto.getRandomValues(bytes)));
}
