/** Numbers and times as a shopper reads them. */

export function bytes(count: number): string {
  return count < 1000 ? `${count} bytes` : `${(count / 1000).toFixed(1)} kB`;
}

export function clock(atMs: number): string {
  return new Date(atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

export function sureness(confidence: number): string {
  if (confidence < 0.25) return 'a guess';
  if (confidence < 0.5) return 'fairly sure';
  return confidence < 0.75 ? 'quite sure' : 'sure';
}

export function times(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}

export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
