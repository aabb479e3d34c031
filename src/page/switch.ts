import type { EngineName } from '../compute/engine.js';

/** `/homebody.json`: how a shop turns things off without a release. A missing or broken one changes nothing. */

export interface Switch {
  readonly enabled: boolean;
  /** 0 to 100: share of devices, by a coin that each device keeps. */
  readonly rollout: number;
  /** Ids of the lists to rank; null for all. */
  readonly lists: readonly string[] | null;
  /** May devices take part in rounds? */
  readonly rounds: boolean;
  readonly engine: EngineName | 'auto' | null;
  /** SDK versions that must not run. */
  readonly blockedVersions: readonly string[];
}

export const defaultSwitch: Switch = { enabled: true, rollout: 100, lists: null, rounds: true, engine: null, blockedVersions: [] };

const switchLimitBytes = 1024;
const switchDeadlineMs = 3000;

/** Each key that is missing or of a wrong type has its default; a text that is no JSON object, or over 1 kB, is all default. */
export function parseSwitch(text: string): Switch {
  const parsed: unknown = text.length > switchLimitBytes ? null : attempt(() => JSON.parse(text));
  const fields = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Readonly<Record<string, unknown>>;
  const { enabled, rollout, lists, rounds, engine, blockedVersions } = fields;
  return {
    enabled: enabled !== false,
    rollout: typeof rollout === 'number' && rollout >= 0 && rollout <= 100 ? rollout : 100,
    lists: isTexts(lists) ? lists : null,
    rounds: rounds !== false,
    engine: engine === 'auto' || engine === 'reference' || engine === 'webgl' ? engine : null,
    blockedVersions: isTexts(blockedVersions) ? blockedVersions : [],
  };
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
    return response.ok ? parseSwitch(await response.text()) : defaultSwitch;
  } catch {
    return defaultSwitch; // offline, or no such file: the shop did not turn anything off
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return null;
  }
}
