import { all, find } from './dom.js';
import type { Client, RankResult } from './homebody.js';
import { shopPlace } from './lists.js';

/** What the shop adds to its shelf once an order was made on the device: reasons on cards, and a way to compare. */
export function dressShelf(client: Client): void {
  for (const list of all('[data-homebody-list]:not([data-homebody-sorted])')) {
    client.subscribe(list.dataset['homebodyList'] ?? '', (result) => {
      showReasons(list, result);
      if (list.dataset['homebodyList'] === 'home') describe(result, client);
    });
  }
  const list = find('[data-homebody-list="home"]');
  if (list !== null) wireCompare(list);
}

function showReasons(list: HTMLElement, result: RankResult): void {
  const reasons = new Map(result.items.map((item) => [item.id, item.reason]));
  const refresh = (): void => {
    all('[data-homebody-item]', list).forEach((card, place) => {
      const slot = find('[data-reason]', card);
      const hasMovedUp = place < shopPlace(card);
      const text = hasMovedUp ? (reasons.get(card.dataset['homebodyItem'] ?? '') ?? '') : '';
      if (slot !== null && slot.textContent !== text) slot.textContent = text;
    });
  };
  refresh();
  observers.get(list)?.disconnect();
  const observer = new MutationObserver(refresh);
  observer.observe(list, { childList: true });
  observers.set(list, observer);
}

const observers = new WeakMap<HTMLElement, MutationObserver>();

const rungSays: Readonly<Record<RankResult['rung'], string>> = {
  shop: 'In the shop’s own order.',
  session: 'Arranged on this device, from what you just looked at.',
  taste: 'Arranged on this device, by what people here lean to.',
  model: 'Arranged on this device, from what you looked at.',
};

function describe(result: RankResult, client: Client): void {
  const isOwn = result.code !== undefined || result.rung === 'shop';
  const note = find('[data-shelf-note]');
  const text = client.status().paused ? 'Paused: nothing is being learned.' : isOwn ? rungSays.shop : rungSays[result.rung];
  if (note !== null && note.textContent !== text) note.textContent = text;
  for (const button of all<HTMLButtonElement>('[data-compare] button')) button.disabled = isOwn;
}

function wireCompare(list: HTMLElement): void {
  const buttons = all<HTMLButtonElement>('[data-compare] button');
  for (const button of buttons) {
    button.addEventListener('click', () => {
      if (button.dataset['order'] === 'shop') list.dataset['compare'] = 'shop';
      else delete list.dataset['compare'];
      for (const each of buttons) each.setAttribute('aria-pressed', String(each === button));
    });
  }
}
