import { isIP } from 'node:net';

/**
 * So many reports a minute from one network (/24 of IPv4, /48 of IPv6: what one party usually holds). A token bucket each; addresses
 * stay in memory while their bucket is not full and are never written anywhere.
 */
export interface RateLimit {
  /** Takes one token. Seconds until there is one where there is none, else 0. */
  admit(address: string, nowMs: number): number;
  /** Networks remembered now. */
  readonly size: number;
}

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** Many more than a shop's visitors need within a minute; beyond it the oldest go. */
const NETWORKS_LIMIT = 20_000;

/** @param perMinute  also what a quiet network may send at once */
export function createRateLimit(perMinute: number): RateLimit {
  const buckets = new Map<string, Bucket>();
  return {
    admit(address, nowMs) {
      const network = networkOf(address);
      const known = buckets.get(network);
      const earned = known === undefined ? perMinute : known.tokens + (Math.max(0, nowMs - known.atMs) * perMinute) / 60_000;
      const tokens = Math.min(perMinute, earned);
      if (tokens < 1) return Math.ceil(((1 - tokens) * 60) / perMinute);
      buckets.delete(network); // to the end: the first is the one that has been quiet for longest
      buckets.set(network, { tokens: tokens - 1, atMs: nowMs });
      for (const [quiet, bucket] of buckets) {
        if (buckets.size <= NETWORKS_LIMIT && nowMs - bucket.atMs < 60_000) break;
        buckets.delete(quiet); // full again after a minute, as if it had never been here
      }
      return 0;
    },
    get size() {
      return buckets.size;
    },
  };
}

/** `203.0.113.0/24`, `2001:db8:7::/48`; other text is a network of its own. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isIP(plain) === 4) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const dotted = plain.includes('.') ? 1 : 0; // a dotted end stands for two groups
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length - dotted;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 3);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/48`;
}

/**
 * Who sends, where so many reverse proxies of the operator's stand in front: each appends the address it saw to
 * X-Forwarded-For, so only the last ones count; what stands before them the sender may have written.
 * @param peer  of the socket
 */
export function senderOf(peer: string, forwardedFor: string | null, proxies: number): string {
  const seen = [...(forwardedFor ?? '').split(',').map((each) => each.trim()), peer].filter((each) => each !== '');
  return seen[Math.max(0, seen.length - 1 - proxies)]!;
}
