import { distance } from './colour.js';
import { groups } from './families.js';
import { paints, paintsOfGroup, type Paint } from './paints.js';
import { hashText } from './sample.js';

export const HOME_CANDIDATES = 120;
export const SIMILAR_CANDIDATES = 36;

const bySeed =
  (salt: string) =>
  (one: Paint, other: Paint): number =>
    hashText(`${salt} ${one.id}`) - hashText(`${salt} ${other.id}`);

/** Chroma up to which a colour is easy to live with. */
const restful = 0.11;

/** Paints a merchant would put in the window: a name with a mood, and nothing that shouts unless the group does. */
function windowRank(paint: Paint): number {
  return (
    (paint.moods.length > 0 ? 0 : 2) +
    Math.max(0, paint.colour.chroma - restful) * 30 +
    (/\d/.test(paint.name) || paint.name.length > 20 ? 2 : 0)
  );
}

/** The shop's own order of its home shelf: a few of every group, shuffled once by the house's seed. */
export const homeShelf: readonly Paint[] = groups
  .flatMap((group) =>
    [...(paintsOfGroup.get(group.slug) ?? [])]
      .sort(bySeed('window'))
      .sort((one, other) => windowRank(one) - windowRank(other))
      .slice(0, 4),
  )
  .sort(bySeed('home 15337'))
  .slice(0, HOME_CANDIDATES);

/** Nearest by eye first, the paint itself left out. */
export function similarTo(paint: Paint): readonly Paint[] {
  return paints
    .filter((other) => other.id !== paint.id)
    .map((other) => ({ other, away: distance(paint.colour, other.colour) }))
    .sort((one, another) => one.away - another.away)
    .slice(0, SIMILAR_CANDIDATES)
    .map(({ other }) => other);
}
