import type { StoredEvent } from '../../core/profile/records.js';
import type { SecureBits } from '../../core/random.js';
import { addendOf } from '../../server/estimate.js';
import type { Policy } from '../../wire/policy.js';
import { payloadOf } from '../../worker/report.js';
import { NOW_MS } from './profiles.js';

/** What an attacker holds: the report as the endpoint opens it, from the code that ships. Only the seal is left out. */
export type OpenedReport = readonly number[];

export type Profile = readonly StoredEvent[];

/** @returns [cells] of 0 and 1, or [dim] grid units */
export function openedReport(policy: Policy, profile: Profile, bits: SecureBits): OpenedReport {
  return addendOf(payloadOf(policy, profile, NOW_MS, bits), policy);
}

/** A generator that is this device's own object, over a stream that all devices share. */
export function bitsOfDevice(stream: SecureBits): SecureBits {
  return { nextBits: (count: number) => stream.nextBits(count) } as SecureBits; // the brand has no value at run time
}

/** What one device sends: a report per release, each from the profile of its time. */
export function reportsOfDevice(policy: Policy, releases: readonly Profile[], stream: SecureBits): readonly OpenedReport[] {
  const bits = bitsOfDevice(stream);
  return releases.map((profile) => openedReport(policy, profile, bits));
}
