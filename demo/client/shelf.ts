import { all, find } from './dom.js';
import type { Client, RankResult } from './homebody.js';
import { shopPlace } from './lists.js';

/** What the shop adds to its window once an order was made on the device: a line that says so, and a way to compare. */
export function dressWindow(client: Client): void {
  const list = find('[data-homebody-list="home"]');
  if (list === null) return;
  const buttons = all<HTMLButtonElement>('[data-compare] button');
  let rung: RankResult['rung'] = 'model'; // a shelf that is arranged before the worker has answered is that of the last visit

  const choose = (order: string | undefined): void => {
    if (order === 'shop') list.dataset['compare'] = 'shop';
    else delete list.dataset['compare'];
    for (const button of buttons)
      button.setAttribute('aria-pressed', String(button.dataset['order'] === (order === 'shop' ? 'shop' : 'yours')));
  };
  const describe = (): void => {
    const isArranged = all('[data-homebody-item]', list).some((card, place) => shopPlace(card) !== place);
    const note = find('[data-shelf-note]');
    const text = isArranged ? says[rung] : says.shop;
    if (note !== null && note.textContent !== text) note.textContent = text;
    for (const button of buttons) button.disabled = !isArranged;
    if (!isArranged) choose('yours');
  };

  for (const button of buttons) button.addEventListener('click', () => choose(button.dataset['order']));
  client.subscribe('home', (result) => {
    rung = result.rung;
    describe();
  });
  new MutationObserver(describe).observe(list, { childList: true });
  describe();
}

const says: Readonly<Record<RankResult['rung'], string>> = {
  shop: 'In the shop’s own order.',
  session: 'Your order, from what you just looked at.',
  taste: 'Your order, by what people lean to.',
  model: 'Your order, made on this device.',
};
