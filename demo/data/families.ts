import type { Oklch } from './colour.js';

/** The shop's own order of things: nine hues in three depths, and four greys. 31 groups; each is a taste cell. */

export const hueNames = ['red', 'orange', 'yellow', 'green', 'teal', 'blue', 'violet', 'pink', 'brown', 'grey'] as const;
export type Hue = (typeof hueNames)[number];

export const depthNames = ['pale', 'mid', 'deep'] as const;
export type Depth = (typeof depthNames)[number];

export interface Group {
  readonly name: string;
  readonly slug: string;
  readonly hue: Hue;
  readonly depth: Depth;
}

const plurals: Readonly<Record<Hue, string>> = {
  red: 'Reds',
  orange: 'Oranges',
  yellow: 'Yellows',
  green: 'Greens',
  teal: 'Teals',
  blue: 'Blues',
  violet: 'Violets',
  pink: 'Pinks',
  brown: 'Browns',
  grey: 'Greys',
};

const depthWords: Readonly<Record<Depth, string>> = { pale: 'Pale', mid: 'Mid', deep: 'Deep' };

const greys = [
  { name: 'Whites', slug: 'whites', hue: 'grey', depth: 'pale' },
  { name: 'Pale greys', slug: 'pale-greys', hue: 'grey', depth: 'pale' },
  { name: 'Mid greys', slug: 'mid-greys', hue: 'grey', depth: 'mid' },
  { name: 'Charcoals', slug: 'charcoals', hue: 'grey', depth: 'deep' },
] as const satisfies readonly Group[];

export const groups: readonly Group[] = [
  ...hueNames
    .filter((hue) => hue !== 'grey')
    .flatMap((hue) =>
      depthNames.map((depth) => ({ name: groupName(hue, depth), slug: `${depth}-${plurals[hue].toLowerCase()}`, hue, depth })),
    ),
  ...greys,
];

export const hueTitle = (hue: Hue): string => plurals[hue];

function groupName(hue: Hue, depth: Depth): string {
  return `${depthWords[depth]} ${plurals[hue].toLowerCase()}`;
}

export function groupOf(colour: Oklch): Group {
  const { lightness, chroma } = colour;
  if (isGrey(colour)) {
    const place = lightness > 0.93 ? 0 : lightness > 0.75 ? 1 : lightness > 0.42 ? 2 : 3;
    return greys[place];
  }
  const hue = hueOf(colour);
  const [paleFrom, midFrom] = depthLimits[hue] ?? [0.78, 0.55];
  const depth = lightness > paleFrom ? 'pale' : lightness > midFrom ? 'mid' : 'deep';
  const found = groups.find((group) => group.hue === hue && group.depth === depth && group.slug !== 'whites');
  if (found === undefined) throw new Error(`no group for lightness ${lightness}, chroma ${chroma}`);
  return found;
}

/** Yellow is light by nature and violet dark: “deep” is relative to the hue. */
const depthLimits: Partial<Record<Hue, readonly [number, number]>> = {
  yellow: [0.89, 0.8],
  orange: [0.78, 0.68],
  green: [0.8, 0.58],
  red: [0.7, 0.53],
  pink: [0.77, 0.57],
  violet: [0.66, 0.47],
  brown: [0.74, 0.53],
  blue: [0.74, 0.54],
};

function isGrey({ lightness, chroma }: Oklch): boolean {
  return chroma < 0.022 || (chroma < 0.036 && lightness < 0.34) || (chroma < 0.028 && lightness > 0.94);
}

function hueOf({ lightness, chroma, hue }: Oklch): Hue {
  if (hue < 12 || hue >= 340) return 'pink';
  if (hue < 38) return lightness > 0.8 || (lightness > 0.68 && hue < 24) ? 'pink' : hue > 28 && chroma < 0.1 ? 'brown' : 'red';
  if (hue < 112) {
    const isEarth = chroma < 0.098 && lightness < 0.9;
    const isDark = lightness < 0.58 && chroma < 0.15;
    if ((isEarth || isDark) && hue < 100) return 'brown';
    if (isEarth || isDark) return 'green';
    if (hue < 48 && lightness < 0.66) return 'red';
    return hue < 76 ? 'orange' : 'yellow';
  }
  if (hue < 160) return 'green';
  if (hue < 220) return 'teal';
  if (hue < 278) return 'blue';
  return hue < 318 ? 'violet' : 'pink';
}

export const chromaWords = ['muted', 'soft', 'clear', 'vivid'] as const;
export type ChromaWord = (typeof chromaWords)[number];

export function chromaWord({ chroma }: Oklch): ChromaWord {
  if (chroma < 0.04) return 'muted';
  if (chroma < 0.095) return 'soft';
  return chroma < 0.17 ? 'clear' : 'vivid';
}
