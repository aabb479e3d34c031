import { el, find } from './dom.js';
import type { Client } from './homebody.js';
import { hexOf, nameOf } from './paint-id.js';

const SHOWN = 8;

/** Drawn from the profile in this browser: asking the server for these items would tell it which ones they are. */
export async function showRecent(client: Client): Promise<void> {
  const place = find('[data-recent]');
  if (place === null || !client.status().consent.personalise) return;
  const { timeline } = await client.profile.get();
  const ids = [
    ...new Set(
      timeline.filter(({ type }) => ['view', 'click', 'add_to_cart', 'purchase'].includes(type)).flatMap(({ itemIds }) => itemIds),
    ),
  ];
  const known = ids.filter((id) => hexOf(id) !== null).slice(0, SHOWN);
  if (known.length === 0) {
    place.replaceChildren(
      el('p', { class: 'quiet-text' }, 'Nothing yet. Colours you open will wait here; the list stays in this browser.'),
    );
    return;
  }
  place.replaceChildren(
    el(
      'ul',
      { class: 'mini' },
      ...known.map((id) =>
        el(
          'li',
          {},
          el('a', { href: `/p/${id}` }, el('span', { class: 'chip', style: `background:${hexOf(id)}` }), el('span', {}, nameOf(id))),
        ),
      ),
    ),
  );
}
