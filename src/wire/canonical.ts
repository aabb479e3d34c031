import { SdkError } from '../core/errors.js';

/** One text per value, so that both sides can hash a policy and compare. */

/**
 * JSON by RFC 8785: members sorted by UTF-16 code units, no white space, ECMAScript numbers and strings.
 * Every text that RFC 8785 allows is also what `JSON.stringify` would write for sorted members.
 *
 * @throws SdkError `invalid-options` for what has no one text: NaN, infinities, undefined, functions, lone surrogates,
 *         objects with a prototype of their own
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string') return canonicalString(value);
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`; // Array.from: holes are undefined, refused
  if (typeof value === 'object' && isPlain(value)) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)); // keys of one object are distinct
    return `{${members.map(([key, member]) => `${canonicalString(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  throw new SdkError(
    'invalid-options',
    `canonical JSON holds finite numbers, text, booleans, null, lists and plain objects; got ${typeof value}`,
  );
}

function canonicalString(text: string): string {
  // With the u flag a class of surrogates matches only lone ones.
  if (/[\uD800-\uDFFF]/u.test(text)) throw new SdkError('invalid-options', 'canonical JSON refuses text with a lone surrogate');
  return JSON.stringify(text);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** SHA-256 of the canonical JSON in UTF-8: 64 hex digits. The HPKE info of every report under this policy. */
export async function policyHash(policy: unknown): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonicalJson(policy)))));
}

/** Two lower-case digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param hex  an even number of lower- or upper-case digits
 * @throws SdkError `bad-frame` for anything else
 */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new SdkError('bad-frame', `expected pairs of hex digits, got “${hex.slice(0, 80)}”`);
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}
