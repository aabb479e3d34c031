import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { NormalisedEvent } from '../../core/event.js';
import { fromGa4 } from '../../page/adapters/ga4.js';
import { fromJsonLd } from '../../page/adapters/jsonld.js';
import { fromOpenGraph } from '../../page/adapters/opengraph.js';
import { fromSegment } from '../../page/adapters/segment.js';
import { fromShopify } from '../../page/adapters/shopify.js';

/** One payload as a site emits it, and what it must become. */
interface EventFixture {
  readonly id: string;
  readonly source: string;
  readonly input: unknown;
  readonly expected: readonly NormalisedEvent[];
}

interface EventFailure {
  readonly file: string;
  readonly id: string;
  readonly expected: unknown;
  /** What came out, or the error's message. */
  readonly got: unknown;
}

export interface EventConformance {
  readonly passed: number;
  readonly failed: number;
  /** Files whose source has no adapter yet. */
  readonly skipped: readonly string[];
  readonly failures: readonly EventFailure[];
}

/** Adapters by the file that holds their fixtures; adding one is a word here. */
const adapters: Readonly<Record<string, (input: unknown) => readonly NormalisedEvent[]>> = {
  'ga4.json': fromGa4,
  'segment.json': fromSegment,
  'shopify.json': fromShopify,
  'jsonld.json': fromJsonLd,
  'opengraph.json': fromOpenGraph,
};

/**
 * Runs every fixture file of `folder`; object key order is free, array order counts. Never throws for a failing fixture.
 * @param folder  any subset of ga4, segment, shopify, jsonld, opengraph `.json`; `schema.json` is no fixture
 */
export async function runEventFixtures(folder: string): Promise<EventConformance> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json') && name !== 'schema.json').sort();
  const failures: EventFailure[] = [];
  const skipped: string[] = [];
  let passed = 0;
  for (const file of files) {
    const adapt = adapters[file];
    if (adapt === undefined) {
      skipped.push(file);
      continue;
    }
    for (const fixture of await readFixtures(path.join(folder, file))) {
      const got = attempt(() => adapt(fixture.input));
      if (isDeepStrictEqual(got, fixture.expected)) passed++;
      else failures.push({ file, id: fixture.id, expected: fixture.expected, got });
    }
  }
  return { passed, failed: failures.length, skipped, failures };
}

async function readFixtures(file: string): Promise<readonly EventFixture[]> {
  const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!Array.isArray(parsed)) throw new Error(`${file}: expected an array of fixtures, got ${typeof parsed}`);
  return parsed as EventFixture[]; // a fixture of another shape fails its comparison
}

function attempt(adapt: () => unknown): unknown {
  try {
    return adapt();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
