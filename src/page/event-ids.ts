/**
 * Ids of 128 random bits in hex. One call to the generator costs more than an event may, so 256 ids are drawn at a time.
 * @param fill  overwrites the whole array with uniform random bytes (`crypto.getRandomValues`)
 */
export function eventIds(fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): () => string {
  const pool = new Uint8Array(4096);
  let hex = '';
  return () => {
    if (!hex) {
      fill(pool);
      hex = Array.from(pool, (byte) => (byte + 256).toString(16).slice(1)).join('');
    }
    const id = hex.slice(0, 32);
    hex = hex.slice(32);
    return id;
  };
}
