/** Moods a name carries. A word in the name decides; a name without one has no mood. */

const words = {
  calm: 'mist misty haze hazy calm breeze whisper hush silent silence quiet gentle soft dream dreams dreamy cloud clouds cloudy feather pillow sleep sleepy zen tranquil serene still lullaby drizzle drizzling fog foggy ethereal breath air wind mellow muted powder cotton wool',
  fire: 'fire flame flaming ember embers lava burning burn hot heat inferno volcano blaze spark furnace molten scorched torch solar sun sunset sunny sunflower',
  forest:
    'forest wood woodland woods pine moss leaf leafy leaves fern ivy jungle tree garden gardens meadow grass cedar oak olive sage clover field spruce botanical thicket',
  sea: 'sea seas ocean oceans water waters wave waves lake river pool lagoon tide tidal coast harbour harbor marine nautical mermaid neptune beach bay island reef coral pacific atlantic deep abyss abyssal depths whale fish sailor',
  sweet:
    'sugar candy honey caramel chocolate butter cream creamy milk milky vanilla cake cookie toffee fudge mousse custard sherbet marshmallow bubblegum jam syrup biscuit latte mocha coffee cocoa cappuccino pie pudding frosting',
  harvest:
    'peach apricot lemon lime orange cherry berry strawberry raspberry blueberry plum grape apple melon banana mango fig pumpkin carrot tomato olive corn pear fruit salad pepper celery cucumber wine mustard ginger cinnamon saffron curry spice spicy',
  night:
    'night midnight dark darkness black noir moon moonlight twilight shadow eclipse star stars galaxy cosmic space lunar nocturne void dusk starry evening',
  frost: 'ice icy frost frozen freeze snow snowy winter arctic polar cold cool glacier alaska antarctic mint alpine',
  bloom:
    'rose roses bloom blossom flower lily lavender lilac violet orchid tulip peony wisteria petal bouquet daisy iris spring jasmine geranium fuchsia bluebell',
  stone:
    'stone rock sand sandy dune clay brick dust concrete slate marble desert copper gold golden silver bronze brass iron steel metal ash ashes granite earth terra',
  royal:
    'royal king queen imperial majestic noble velvet silk silken satin crown palace jewel ruby emerald sapphire opulent champagne pearl treasure porcelain',
  bold: 'neon electric atomic nuclear toxic acid vivid vibrant super magic magical dragon tiger punch pop disco hyper mecha vampire poison alien',
} as const;

export type Mood = keyof typeof words;

export const moodNames = Object.keys(words) as readonly Mood[];

const moodOfWord: ReadonlyMap<string, Mood> = new Map(
  moodNames.flatMap((mood) => words[mood].split(' ').map((word) => [word, mood] as const)),
);

/** @returns at most two, in the order of the name's words */
export function moodsOf(name: string): readonly Mood[] {
  const found = name
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .map((word) => moodOfWord.get(word))
    .filter((mood) => mood !== undefined);
  return [...new Set(found)].slice(0, 2);
}
