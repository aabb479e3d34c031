import { el, find } from '../../client/dom.js';
import type { WhyPart, WhyResult } from '../../client/homebody.js';
import type { Tab, TabContext } from '../context.js';
import { keepFresh } from '../keep-fresh.js';
import { action, heading, loading, note, signedBar } from '../parts.js';
import { pageShelf, type PageShelf, type ShelfCard } from '../shelf.js';
import { messageOf, signed } from '../words.js';

const PARTS = 10;

export const why: Tab = {
  id: 'why',
  label: 'Why',
  about: 'Each place on the shelf is a sum. Here are its parts.',
  needsProfile: true,
  mount(place, context) {
    const shelf = pageShelf();
    if (shelf === null) {
      place.replaceChildren(
        note(
          'Nothing is arranged on this page.',
          'An order you chose yourself, or a page without a shelf, is left alone.',
          el('a', { href: '/' }, 'Go to the window'),
        ),
      );
      return;
    }
    explainShelf(place, shelf, context);
  },
};

function explainShelf(place: HTMLElement, shelf: PageShelf, { client, signal }: TabContext): void {
  const chooser = el('div', { class: 'hp-chooser', role: 'group', 'aria-label': `Cards of “${shelf.title}”` });
  const answer = el('div', { 'aria-live': 'polite' }, loading('Adding up …'));
  place.replaceChildren(chooser, answer);
  let chosen: string | null = null;
  let shown = '';

  const refresh = keepFresh(
    async () => {
      const cards = shelf.cards();
      // until someone chooses, explain the card that came furthest
      const card = cards.find(({ id }) => id === chosen) ?? furthest(cards);
      if (card === undefined) return;
      draw(cards, card);
      const result = await client.why(shelf.list, card.id);
      const print = JSON.stringify([result, card.shopPlace]);
      if (signal.aborted || print === shown) return;
      shown = print;
      answer.replaceChildren(...explanation(result, card));
    },
    (thrown) => {
      shown = '';
      answer.replaceChildren(note('No answer just now.', messageOf(thrown)));
    },
    1500,
    signal,
  );
  const stop = client.subscribe(shelf.list, () => refresh());
  signal.addEventListener('abort', stop);

  function draw(cards: readonly ShelfCard[], current: ShelfCard): void {
    const print = `${cards.map(({ id }) => id).join()} ${current.id}`;
    if (chooser.dataset['print'] === print) return;
    chooser.dataset['print'] = print;
    const hadFocus = chooser.contains(document.activeElement);
    chooser.replaceChildren(
      ...cards.map((card) =>
        el('button', {
          type: 'button',
          style: `background:${card.hex}`,
          'aria-label': card.name,
          'aria-pressed': String(card.id === current.id),
          title: card.name,
          click: () => {
            chosen = card.id;
            refresh();
          },
        }),
      ),
    );
    if (hadFocus) find('[aria-pressed="true"]', chooser)?.focus();
  }

  function explanation(result: WhyResult, card: ShelfCard): readonly HTMLElement[] {
    const parts = result.parts.toSorted((one, other) => Math.abs(other.value) - Math.abs(one.value));
    const largest = Math.max(1e-9, ...parts.map(({ value }) => Math.abs(value)));
    const rest = parts.slice(PARTS);
    const restSum = rest.reduce((sum, { value }) => sum + value, 0);
    return [
      el(
        'p',
        { class: 'hp-figure' },
        el('b', {}, card.name),
        ` is number ${result.place} here, ${card.shopPlace + 1} in the shop’s order.`,
      ),
      el(
        'ul',
        { class: 'hp-rows' },
        ...parts.slice(0, PARTS).map((part) => row(part, largest, result.place)),
        ...(rest.length === 0
          ? []
          : [
              el(
                'li',
                { class: 'hp-row' },
                el('span', { class: 'hp-label' }, `${rest.length} smaller parts`),
                signedBar(restSum / largest),
                el('span', { class: 'hp-value' }, signed(restSum)),
              ),
            ]),
        el(
          'li',
          { class: 'hp-row hp-sum' },
          el('span', { class: 'hp-label' }, 'adds up to'),
          el('span', {}),
          el('span', { class: 'hp-value' }, signed(result.score)),
        ),
      ),
      heading('Not right?'),
      el(
        'div',
        { class: 'hp-actions' },
        action('Less like this', async () => {
          client.track({ type: 'dismiss', items: [{ id: card.id, name: card.name }], list: { id: shelf.list } });
          await client.flush();
          refresh();
        }),
        action('Forget that I saw it', async () => {
          const { events } = await client.profile.forget({ itemId: card.id });
          if (events === 0) throw new Error('you never opened it; it is here for what it is');
          refresh();
        }),
      ),
    ];
  }

  function row(part: WhyPart, largest: number, place: number): HTMLElement {
    const facet = /^linear:(.+)$/.exec(part.key)?.[1];
    const forget =
      facet === undefined
        ? null
        : el(
            'button',
            { type: 'button', class: 'hp-x', 'aria-label': `Forget this reason: ${part.label}`, title: 'Forget this reason' },
            '×',
          );
    forget?.addEventListener('click', () => {
      forget.disabled = true;
      client.profile.forget({ facet: facet ?? '' }).then(refresh, () => {
        forget.disabled = false; // the reason stands, and stays in the list
      });
    });
    const without = part.placeWithout === place ? 'same place without it' : `without this it would be number ${part.placeWithout}`;
    return el(
      'li',
      { class: 'hp-row' },
      el('span', { class: 'hp-label' }, part.label),
      signedBar(part.value / largest),
      el('span', { class: 'hp-value' }, signed(part.value)),
      el('small', {}, without),
      forget,
    );
  }
}

function furthest(cards: readonly ShelfCard[]): ShelfCard | undefined {
  return cards.map((card, place) => ({ card, rise: card.shopPlace - place })).toSorted((one, other) => other.rise - one.rise)[0]?.card;
}
