import { el, find } from '../client/dom.js';
import type { Client, ClientStatus } from '../client/homebody.js';
import type { Tab } from './context.js';
import { note } from './parts.js';
import { bytes } from './words.js';

const KEY = 'northlight/panel';

/** The panel's frame: a house that counts bytes when closed, five tabs when open. */
export function dock(root: HTMLElement, tabs: readonly Tab[], client: Client | null): void {
  const counted = el('span', {}, bytes(0));
  const opener = el(
    'button',
    { type: 'button', class: 'hp-opener', 'aria-expanded': 'false', 'aria-controls': 'homebody-panel' },
    house(),
    counted,
    el('span', { class: 'visually-hidden' }, ' sent. Open the Homebody panel'),
  );
  const body = el('div', { class: 'hp-body', role: 'tabpanel', tabindex: 0, id: 'hp-body' });
  const buttons = tabs.map((tab) =>
    el(
      'button',
      { type: 'button', role: 'tab', id: `hp-tab-${tab.id}`, 'aria-controls': 'hp-body', 'aria-selected': 'false', tabindex: -1 },
      tab.label,
    ),
  );
  const closer = el('button', { type: 'button', class: 'hp-x', 'aria-label': 'Close the panel' }, '×');
  const panel = el(
    'aside',
    { class: 'hp-panel', id: 'homebody-panel', 'aria-label': 'Homebody', hidden: true },
    el('header', {}, house(), el('h2', {}, 'Homebody'), el('p', {}, el('span', { class: 'hp-count' }, bytes(0)), ' sent'), closer),
    el('div', { class: 'hp-tabs', role: 'tablist', 'aria-label': 'Homebody' }, ...buttons),
    body,
  );
  root.replaceChildren(opener, panel);

  let current = tabs[0];
  let shown = current;
  let leaving = new AbortController();

  const show = (tab: Tab): void => {
    leaving.abort();
    leaving = new AbortController();
    current = tab;
    tabs.forEach((each, at) => {
      buttons[at]?.setAttribute('aria-selected', String(each === tab));
      buttons[at]?.setAttribute('tabindex', each === tab ? '0' : '-1');
    });
    body.setAttribute('aria-labelledby', `hp-tab-${tab.id}`);
    const place = el('div', { class: 'hp-place' });
    body.replaceChildren(el('p', { class: 'hp-about' }, tab.about), place);
    if (tab !== shown) body.scrollTop = 0; // on a page that opens with the panel this would lay it all out at once
    shown = tab;
    const obstacle = obstacleOf(client, tab);
    if (obstacle !== null) place.replaceChildren(obstacle);
    else if (client !== null) tab.mount(place, { client, signal: leaving.signal });
  };

  const open = (isOpen: boolean, byHand: boolean): void => {
    panel.hidden = !isOpen;
    opener.hidden = isOpen;
    opener.setAttribute('aria-expanded', String(isOpen));
    document.documentElement.classList.toggle('panel-open', isOpen);
    remember(isOpen, client);
    if (isOpen && current !== undefined) show(current);
    else leaving.abort();
    if (byHand) (isOpen ? buttons[current === undefined ? 0 : tabs.indexOf(current)] : opener)?.focus({ preventScroll: true });
  };

  buttons.forEach((button, at) => button.addEventListener('click', () => tabs[at] !== undefined && show(tabs[at])));
  find('.hp-tabs', panel)?.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0 || current === undefined) return;
    const next = (tabs.indexOf(current) + step + tabs.length) % tabs.length;
    buttons[next]?.focus();
    buttons[next]?.click();
  });
  panel.addEventListener('keydown', (event) => event.key === 'Escape' && open(false, true));
  opener.addEventListener('click', () => open(true, true));
  closer.addEventListener('click', () => open(false, true));

  let lastState = '';
  const hear = (status: ClientStatus): void => {
    counted.textContent = bytes(status.bytesSent);
    const count = find('.hp-count', panel);
    if (count !== null) count.textContent = bytes(status.bytesSent);
    const state = `${status.consent.personalise} ${status.consent.contribute} ${status.phase === 'off'}`;
    if (state !== lastState && !panel.hidden && current !== undefined) show(current);
    if (state !== lastState) remember(!panel.hidden, client);
    lastState = state;
  };
  if (client !== null) {
    client.onStatus(hear);
    hear(client.status());
  }
  if (document.documentElement.classList.contains('panel-open')) open(true, false);
}

/** Why a tab has nothing to show; null where it has. */
function obstacleOf(client: Client | null, tab: Tab): HTMLElement | null {
  if (client === null)
    return note(
      'Homebody did not load.',
      'Its script was blocked or could not be fetched. The shop shows its own order and works as always.',
    );
  const { phase, consent, error } = client.status();
  if (consent.personalise && phase === 'off') {
    const code = error?.code ?? 'switched-off';
    return note(
      'Homebody is off.',
      `${offSays[code] ?? error?.message ?? 'It cannot run here.'} The shop shows its own order and works as always. (${code})`,
    );
  }
  if (!consent.personalise && tab.needsProfile) {
    const ask = el(
      'button',
      { type: 'button', class: 'hp-button', click: () => find('[data-open-consent]')?.click() },
      'Open the switches',
    );
    return note('Nothing is known of you.', 'Both switches are off: nothing is learned, stored or sent.', ask);
  }
  return null;
}

const offSays: Partial<Record<string, string>> = {
  'worker-blocked': 'This page’s security policy forbids the background worker that would do the learning.',
  'switched-off': 'The shop has switched it off for now.',
  'ids-unmatched': 'The items of this page are not those of the catalogue, so an order would be a guess.',
};

/** Kept for the next page only after a yes: before it, this shop stores nothing. */
function remember(isOpen: boolean, client: Client | null): void {
  try {
    if (isOpen && client?.status().consent.personalise === true) sessionStorage.setItem(KEY, 'open');
    else sessionStorage.removeItem(KEY);
  } catch {
    // without storage the panel is closed on the next page
  }
}

function house(): HTMLElement {
  const holder = el('span', { class: 'hp-house', 'aria-hidden': 'true' });
  holder.innerHTML =
    '<svg viewBox="0 0 24 24"><path d="M3 11.500 12 4l9 7.500V20.500H3z"/><path class="door" d="M10 20.500v-6h4v6z"/></svg>';
  return holder;
}
