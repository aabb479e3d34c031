import { pounds } from '../pages/money.js';
import { showBasketCount } from './basket-count.js';
import { placeOrder, readCart, removeFromCart, takeOrder, totalOf, type CartLine } from './cart-store.js';
import { pushEcommerce, type GaItem } from './data-layer.js';
import { el, find } from './dom.js';

const gaItem = (line: CartLine): GaItem => ({
  item_id: line.sku,
  item_name: line.name,
  item_brand: line.brand,
  item_category: line.cell,
  item_variant: line.tin,
  price: line.price,
  quantity: line.quantity,
});

const report = (event: string, lines: readonly CartLine[], extra: { readonly transaction_id?: string } = {}): void =>
  pushEcommerce(event, { currency: 'GBP', value: totalOf(lines), ...extra, items: lines.map(gaItem) });

export function cartPage(): void {
  const place = find('[data-cart]');
  if (place === null) return;
  const empty = find('[data-cart-empty]');
  const show = (): void => {
    const lines = readCart();
    showBasketCount();
    if (lines.length === 0) {
      if (empty !== null) place.replaceChildren(empty);
      return;
    }
    place.replaceChildren(
      linesOf(lines, (line) => {
        removeFromCart(line.sku);
        report('remove_from_cart', [line]);
        show();
      }),
      totalRow(lines),
      el('p', {}, el('a', { class: 'button', href: '/checkout' }, 'Go to checkout')),
    );
  };
  show();
  const lines = readCart();
  if (lines.length > 0) report('view_cart', lines);
}

export function checkoutPage(): void {
  const place = find('[data-checkout]');
  const lines = readCart();
  if (place === null || lines.length === 0) return;
  report('begin_checkout', lines);
  const order = (event: Event): void => {
    event.preventDefault();
    placeOrder();
    location.assign('/thanks');
  };
  place.replaceChildren(
    linesOf(lines, null),
    totalRow(lines),
    el('form', { submit: order }, el('button', { class: 'button', type: 'submit' }, 'Place the pretend order')),
  );
}

export function thanksPage(): void {
  const lines = takeOrder();
  if (lines.length === 0) return;
  report('purchase', lines, { transaction_id: crypto.randomUUID() });
  find('[data-thanks]')?.replaceChildren(...lines.map((line) => el('span', { style: `background:${line.hex}`, title: line.name })));
}

function linesOf(lines: readonly CartLine[], onRemove: ((line: CartLine) => void) | null): HTMLElement {
  return el('ul', { class: 'cart-lines' }, ...lines.map((line) => lineOf(line, onRemove)));
}

function lineOf(line: CartLine, onRemove: ((line: CartLine) => void) | null): HTMLElement {
  const remove =
    onRemove === null
      ? null
      : el('button', { class: 'remove', type: 'button', 'aria-label': `Remove ${line.name}`, click: () => onRemove(line) }, '×');
  return el(
    'li',
    { class: 'cart-line' },
    el('span', { class: 'cart-chip', style: `background:${line.hex}` }),
    el('div', {}, el('a', { href: `/p/${line.id}` }, line.name), el('p', {}, `${line.quantity} × ${line.tin.toLowerCase()}`)),
    el('span', { class: 'cart-price' }, pounds(line.price * line.quantity)),
    remove,
  );
}

const totalRow = (lines: readonly CartLine[]): HTMLElement =>
  el('p', { class: 'cart-total' }, el('span', {}, 'Total'), el('span', {}, pounds(totalOf(lines))));
