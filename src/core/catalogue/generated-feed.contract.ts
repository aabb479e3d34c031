import { seededRandom } from '../random.js';
import type { CatalogueItem } from './catalogue-item.js';

/**
 * A feed as a mid-size fashion and home shop has it: seven-digit ids in no order, categories, brands and facets with
 * long tails (Zipf), brands that keep to a few categories, names made of brand, adjective, noun and a model number,
 * prices log-normal by category, variants for two thirds.
 */
export function generatedFeed(count: number, seed = 7): CatalogueItem[] {
  const random = seededRandom(seed);
  const whole = (below: number): number => Math.floor(random.nextUnit() * below);
  /** Zipf with exponent about 1: rank 0 most often. */
  const tailed = (below: number): number =>
    Math.min(below - 1, Math.floor(below ** random.nextUnit()) - 1 + (random.nextUnit() < 0.3 ? 1 : 0));
  const groups = Array.from({ length: 24 }, (_, group) => `Group ${group + 1}`);
  const brands = Array.from({ length: 900 }, () => syllables(random.nextUnit, 2 + whole(2)));
  const colours =
    'black white grey navy blue red green beige brown pink yellow purple orange gold silver khaki teal cream burgundy olive'.split(' ');
  const materials = 'cotton polyester wool leather linen steel oak glass silk viscose ceramic bamboo denim fleece nylon'.split(' ');
  const styles = 'classic casual modern vintage sport boho minimal formal rustic'.split(' ');
  const nouns = Array.from({ length: 400 }, () => syllables(random.nextUnit, 2));
  const adjectives = Array.from({ length: 150 }, () => syllables(random.nextUnit, 3));
  const usedIds = new Set<number>();
  return Array.from({ length: count }, (): CatalogueItem => {
    let number = 0;
    do number = 1_000_000 + whole(9_000_000);
    while (usedIds.has(number));
    usedIds.add(number);
    const group = tailed(groups.length);
    const sub = tailed(18);
    const brand = brands[(group * 37 + tailed(120)) % brands.length]!;
    const noun = nouns[(group * 18 + sub * 3 + tailed(12)) % nouns.length]!;
    const colour = colours[tailed(colours.length)]!;
    const tags = [
      `color:${colour}`,
      `material:${materials[(group + tailed(6)) % materials.length]!}`,
      `style:${styles[tailed(styles.length)]!}`,
    ];
    if (random.nextUnit() < 0.4) tags.push(`season:${['spring', 'summer', 'autumn', 'winter'][whole(4)]!}`);
    const priceMinor = Math.round(
      Math.exp(2.5 + group * 0.08 + 0.6 * (random.nextUnit() + random.nextUnit() + random.nextUnit() - 1.5)) * 100,
    );
    const variants = random.nextUnit() < 0.66 ? 2 + whole(4) : 0;
    return {
      id: String(number),
      name: `${brand} ${adjectives[tailed(adjectives.length)]!} ${noun} ${100 + whole(900)}`,
      brand,
      categories: [groups[group]!, `${groups[group]!} ${sub + 1}`],
      price: (Math.floor(priceMinor / 100) * 100 + 99) / 100,
      tags,
      available: random.nextUnit() < 0.93,
      variantIds: Array.from({ length: variants }, (_, variant) => `${number}-${variant + 1}`),
    };
  });
}

function syllables(unit: () => number, count: number): string {
  const parts = 'ka lo mi ren sta vel no ri tan sel bro fa li mor du pen gra hol wi es'.split(' ');
  const word = Array.from({ length: count }, () => parts[Math.floor(unit() * parts.length)]!).join('');
  return word[0]!.toUpperCase() + word.slice(1);
}

/** One day later: `share` of the items replaced by new ones, and as many other prices or stocks changed. */
export function oneDayLater(items: readonly CatalogueItem[], share: number, seed = 11): CatalogueItem[] {
  const random = seededRandom(seed);
  const arrivals = generatedFeed(Math.ceil(items.length * share * 0.5), seed).map((item) => ({
    ...item,
    id: `9${item.id}`,
    variantIds: (item.variantIds ?? []).map((variantId) => `9${variantId}`),
  }));
  const stayed = items
    .filter(() => random.nextUnit() >= share * 0.5)
    .map((item) =>
      random.nextUnit() >= share * 0.5
        ? item
        : random.nextUnit() < 0.5
          ? { ...item, available: !item.available }
          : { ...item, price: (Math.round(item.price! * 100) + 100) / 100 },
    );
  return [...stayed, ...arrivals];
}
