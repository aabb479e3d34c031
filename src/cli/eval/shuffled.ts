import { seededRandom } from '../../core/random.js';

/** The same things in an order drawn by `seed`; new memory. @see Durstenfeld 1964, Algorithm 235 */
export function shuffled<Thing>(things: readonly Thing[], seed: number): Thing[] {
  const random = seededRandom(seed);
  const order = [...things];
  for (let last = order.length - 1; last > 0; last--) {
    const at = Math.floor(random.nextUnit() * (last + 1));
    [order[last], order[at]] = [order[at]!, order[last]!];
  }
  return order;
}
