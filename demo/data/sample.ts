/** Everything about a paint that is not its colour or name is sample data, drawn from a generator seeded by its id. */

export const makers = [
  'Northlight Own',
  'Coppin & Daughters',
  'Harbour Limeworks',
  'Orrin Distemper Co.',
  'Mill Lane Colour',
  'Sandpiper',
] as const;
export type Maker = (typeof makers)[number];

export const finishes = ['matt', 'eggshell', 'satin', 'gloss', 'limewash'] as const;
export type Finish = (typeof finishes)[number];

export const tins = [
  { code: 'sample', label: 'Sample pot', litres: 0.1, factor: 0.16 },
  { code: '1l', label: '1 litre', litres: 1, factor: 1 },
  { code: '2l5', label: '2.5 litres', litres: 2.5, factor: 2.2 },
  { code: '5l', label: '5 litres', litres: 5, factor: 3.9 },
] as const;
export type Tin = (typeof tins)[number];

export interface Sample {
  readonly maker: Maker;
  readonly finish: Finish;
  /** Pounds for one litre. */
  readonly price: number;
}

const makerFactor: Readonly<Record<Maker, number>> = {
  'Northlight Own': 1,
  'Coppin & Daughters': 1.45,
  'Harbour Limeworks': 1.25,
  'Orrin Distemper Co.': 1.1,
  'Mill Lane Colour': 0.8,
  Sandpiper: 0.95,
};

/** FNV-1a: the same paint gets the same sample data in every build. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x21f0aaad);
  return (hash ^ (hash >>> 15)) >>> 0;
}

export function sampleOf(id: string): Sample {
  const maker = makers[hashText(`maker ${id}`) % makers.length] ?? makers[0];
  const finish = finishes[hashText(`finish ${id}`) % finishes.length] ?? finishes[0];
  const base = 22 + (hashText(`price ${id}`) % 13);
  return { maker, finish, price: Math.round(base * makerFactor[maker]) };
}

/** Pounds, rounded to 50 pence. */
export function tinPrice(litrePrice: number, tin: Tin): number {
  return Math.round(litrePrice * tin.factor * 2) / 2;
}
