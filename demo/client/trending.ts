import { el, find } from './dom.js';
import type { Client, RoundStatus } from './homebody.js';

const SHOWN = 4;

interface GroupSwatches {
  readonly slug: string;
  readonly hexes: readonly string[];
}

/** The published model of the last round, as the groups that people lean to most. */
export async function showTrending(client: Client): Promise<void> {
  const place = find('[data-trending]');
  const data = find('#groups')?.textContent;
  if (place === null || data === null || data === undefined || !client.status().consent.personalise) return;
  const groups = JSON.parse(data) as Readonly<Record<string, GroupSwatches>>; // written by the same page
  const show = (status: RoundStatus): void => {
    const cells = status.tasks.map((task) => task.model).find((model) => model !== null)?.cells ?? [];
    const top = cells
      .filter(({ name, prior }) => groups[name] !== undefined && prior > 0)
      .toSorted((one, other) => other.prior - one.prior)
      .slice(0, SHOWN);
    if (top.length === 0) return;
    place.replaceChildren(el('ul', { class: 'leaning' }, ...top.map(({ name, prior }) => row(name, prior, groups[name]))));
  };
  client.rounds.subscribe(show);
  show(await client.rounds.status());
}

function row(name: string, prior: number, group: GroupSwatches | undefined): HTMLLIElement {
  const hexes = group?.hexes ?? [];
  const stops = hexes.map((hex, at) => `${hex} ${(at * 100) / hexes.length}% ${((at + 1) * 100) / hexes.length}%`).join(',');
  return el(
    'li',
    {},
    el(
      'a',
      { href: `/c/${group?.slug}` },
      el('span', {}, name),
      el('span', { class: 'bar-colours', style: `background:linear-gradient(90deg,${stops})` }),
      el('span', { class: 'amount', title: 'against its share of the card' }, `× ${Math.exp(prior).toFixed(1)}`),
    ),
  );
}
