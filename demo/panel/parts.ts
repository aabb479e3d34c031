import { el } from '../client/dom.js';

/** A quiet box for what is not there: empty, loading, refused, offline. */
export function note(title: string, text: string, ...actions: readonly HTMLElement[]): HTMLElement {
  return el('div', { class: 'hp-note' }, el('b', {}, title), el('p', {}, text), ...actions);
}

export const loading = (text: string): HTMLElement => el('p', { class: 'hp-loading', role: 'status' }, text);

/** A button that shows that it works and says what went wrong beside itself. */
export function action(label: string, run: () => Promise<void> | void): HTMLElement {
  const said = el('span', { class: 'hp-said', role: 'status' });
  const button = el('button', { type: 'button', class: 'hp-button' }, label);
  button.addEventListener('click', () => {
    button.disabled = true;
    said.textContent = '';
    Promise.resolve()
      .then(run)
      .catch((thrown: unknown) => {
        said.textContent = thrown instanceof Error ? thrown.message : String(thrown);
      })
      .finally(() => {
        button.disabled = false;
      });
  });
  return el('span', { class: 'hp-action' }, button, said);
}

/**
 * A bar from the middle: to the right for, to the left against.
 * @param value  −1 … 1
 */
export function signedBar(value: number, strength = 1): HTMLElement {
  const width = Math.min(50, Math.abs(value) * 50);
  const side = value < 0 ? `right:50%` : `left:50%`;
  return el(
    'span',
    { class: 'hp-bar', 'aria-hidden': 'true' },
    el('i', {
      class: value < 0 ? 'against' : 'for',
      style: `${side};width:${width.toFixed(2)}%;opacity:${(0.55 + 0.45 * strength).toFixed(2)}`,
    }),
  );
}

/** @param share  0 … 1 */
export function progressBar(share: number, label: string): HTMLElement {
  const percent = Math.round(Math.min(1, share) * 100);
  return el(
    'span',
    { class: 'hp-progress', role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': percent },
    el('i', { style: `width:${percent}%` }),
  );
}

/** A shelf as a strip of colours. */
export function strip(label: string, hexes: readonly string[]): HTMLElement {
  return el(
    'span',
    { class: 'hp-strip', role: 'img', 'aria-label': label },
    ...hexes.map((hex) => el('i', { style: `background:${hex}` })),
  );
}

export function heading(text: string): HTMLElement {
  return el('h3', {}, text);
}
