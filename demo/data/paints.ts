import { colornames } from 'color-name-list/bestof';
import { inkOn, oklch, type Oklch } from './colour.js';
import { chromaWord, groupOf, groups, type ChromaWord, type Group } from './families.js';
import { moodsOf, type Mood } from './moods.js';
import { sampleOf, tinPrice, tins, type Finish, type Maker, type Tin } from './sample.js';

export interface Paint {
  /** `drizzling-mist-a8b2b5`: the colour is in the id, so a shelf can be drawn from ids alone. */
  readonly id: string;
  /** 1 … number of paints, by the shop's card. */
  readonly number: number;
  readonly name: string;
  /** `#rrggbb` */
  readonly hex: string;
  readonly ink: string;
  readonly colour: Oklch;
  readonly group: Group;
  readonly chroma: ChromaWord;
  readonly moods: readonly Mood[];
  readonly maker: Maker;
  readonly finish: Finish;
  /** Pounds for one litre, sample data. */
  readonly price: number;
}

/** Names a paint house would not print on a tin. */
const unprintable =
  /\b(blood|bloody|poo|poop|turd|vomit|puke|nude|naked|sexy|nazi|drunk|cocaine|weed|indian|bastard|damn|hell|pee|crap|snot|corpse|semen|booger|ass|arse)\b/i;

function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f’']/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

const groupPlace = new Map(groups.map((group, place) => [group.slug, place]));

function describe(name: string, hex: string): Omit<Paint, 'number'> {
  const id = `${slugOf(name)}-${hex.slice(1)}`;
  const colour = oklch(hex);
  return {
    id,
    name,
    hex,
    ink: inkOn(hex),
    colour,
    group: groupOf(colour),
    chroma: chromaWord(colour),
    moods: moodsOf(name),
    ...sampleOf(id),
  };
}

/** The whole card, ordered by group and from light to dark. */
export const paints: readonly Paint[] = colornames
  .filter(({ name }) => !unprintable.test(name))
  .map(({ name, hex }) => describe(name, hex.toLowerCase()))
  .sort(
    (one, other) =>
      (groupPlace.get(one.group.slug) ?? 0) - (groupPlace.get(other.group.slug) ?? 0) || other.colour.lightness - one.colour.lightness,
  )
  .map((paint, at) => ({ ...paint, number: at + 1 }));

export const paintOf: ReadonlyMap<string, Paint> = new Map(paints.map((paint) => [paint.id, paint]));

export const paintsOfGroup: ReadonlyMap<string, readonly Paint[]> = new Map(
  groups.map((group) => [group.slug, paints.filter((paint) => paint.group.slug === group.slug)]),
);

export interface Variant {
  /** `sku-2426-1l`, by the paint’s number: a catalogue carries four of them for each paint, and counted ones pack to almost nothing. */
  readonly sku: string;
  readonly tin: Tin;
  readonly price: number;
}

export function variantsOf(paint: Paint): readonly Variant[] {
  return tins.map((tin) => ({ sku: `sku-${paint.number}-${tin.code}`, tin, price: tinPrice(paint.price, tin) }));
}

/** Free facets, as the catalogue knows them. */
export function tagsOf(paint: Paint): readonly string[] {
  return [
    `hue:${paint.group.hue}`,
    `lightness:${paint.group.depth === 'mid' ? 'mid-tone' : paint.group.depth}`, // read out as “3 mid-tone ones”
    `chroma:${paint.chroma}`,
    `finish:${paint.finish}`,
    ...paint.moods.map((mood) => `mood:${mood}`),
  ];
}
