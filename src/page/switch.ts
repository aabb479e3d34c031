import type { EngineName } from '../compute/engine.js';
import { SDK_VERSION } from '../core/version.js';
import { engineName } from './options.js';

/**
 * `/homebody.json`: how a shop turns things off without a release.
 *
 *     { "enabled": true, "rollout": 100, "lists": ["home"], "rounds": true, "engine": "auto", "blockedVersions": ["0.1.0"] }
 *
 * Every key may be missing. A missing or broken file, or one over 1 kB, changes nothing.
 */
export interface Switch {
  /** `enabled` is false, or this version is blocked. */
  readonly isOff: boolean;
  /** 0 to 100: share of devices, by a coin that each device keeps. */
  readonly rollout: number;
  /** Ids of the lists to rank; undefined for all. */
  readonly lists?: readonly string[] | undefined;
  /** May devices take part in rounds? */
  readonly rounds: boolean;
  readonly engine?: EngineName | 'auto' | undefined;
}

const switchLimitBytes = 1024;
const switchDeadlineMs = 3000;

export function parseSwitch(text: string): Switch {
  let fields: Readonly<Record<string, unknown>> = {};
  try {
    fields = (JSON.parse(text.slice(0, switchLimitBytes)) as typeof fields | null) ?? fields; // cut off, a longer one is no JSON any more
  } catch {
    // As if there were none.
  }
  const { enabled, rollout, lists, rounds, engine, blockedVersions } = fields;
  return {
    isOff: enabled === false || textsOf(blockedVersions)?.includes(SDK_VERSION) === true,
    rollout: typeof rollout === 'number' ? rollout : 100,
    lists: textsOf(lists),
    rounds: rounds !== false,
    engine: engineName.test(engine as string) ? (engine as EngineName) : undefined,
  };
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Never rejects. */
export async function loadSwitch(url: string, fetch: (url: string, init: RequestInit) => Promise<Response>): Promise<Switch> {
  try {
    const response = await fetch(url, {
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-cache', // asks each time, and is mostly answered 304
      signal: AbortSignal.timeout(switchDeadlineMs),
    });
    return parseSwitch(response.ok ? await response.text() : '');
  } catch {
    return parseSwitch(''); // offline: the shop did not turn anything off
  }
}
