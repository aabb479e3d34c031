/**
 * Ids of 128 random bits in hex. One call to the generator costs more than an event may, so 256 ids are drawn at a time.
 * @param fill  overwrites the whole array with uniform random bytes (`crypto.getRandomValues`)
 */
export function eventIds(fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): () => string {
  const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
  const pool = new Uint8Array(4096);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      fill(pool);
      next = 0;
    }
    let id = '';
    for (const end = next + 16; next < end; next++) id += hex[pool[next]!];
    return id;
  };
}
