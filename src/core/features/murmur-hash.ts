/**
 * MurmurHash3, x86, 32 bits: fast, well mixed, the same everywhere. Not for secrets.
 * @param bytes  the key
 * @param seed   unsigned 32-bit
 * @returns      unsigned 32-bit
 * @see Appleby 2011, MurmurHash3_x86_32 (public domain description)
 */
export function murmurHash3(bytes: ArrayLike<number>, seed: number): number {
  const length = bytes.length;
  const body = length & ~3;
  let hash = seed | 0;
  for (let at = 0; at < body; at += 4) {
    hash ^= mixBlock(bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = length - 1; at >= body; at--) tail = (tail << 8) | bytes[at]!;
  if (length > body) hash ^= mixBlock(tail);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixBlock(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** Hash of a text's UTF-8 bytes; a lone surrogate counts as U+FFFD. `core` has no TextEncoder. */
export function hashText(text: string, seed: number): number {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    // Most letters are one byte; what walks a text by characters makes a string of each, which a worker that has just started feels.
    let code = text.charCodeAt(at);
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    code = text.codePointAt(at)!;
    if (code > 0xffff) at += 1;
    else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return murmurHash3(bytes, seed);
}
