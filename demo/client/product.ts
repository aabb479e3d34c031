import { addToCart } from './cart-store.js';
import { showBasketCount } from './basket-count.js';
import { itemOf, pushEcommerce } from './data-layer.js';
import { el, find } from './dom.js';

export function productPage(): void {
  const product = find('[data-product]');
  const form = find<HTMLFormElement>('[data-buy]');
  if (product === null || form === null) return;
  pushEcommerce('view_item', { currency: 'GBP', value: Number(product.dataset['homebodyPrice']), items: [itemOf(product)] });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = find<HTMLInputElement>('input[name="sku"]:checked', form);
    if (chosen === null) return;
    const quantity = Math.min(20, Math.max(1, Math.trunc(Number(new FormData(form).get('quantity'))) || 1));
    const { product: id = '', homebodyName: name = '', homebodyBrand: brand = '', homebodyCategory: cell = '', hex = '' } = product.dataset;
    const line = {
      sku: chosen.value,
      id,
      name,
      brand,
      cell,
      hex,
      tin: chosen.dataset['tin'] ?? '',
      price: Number(chosen.dataset['price']),
      quantity,
    };
    addToCart(line);
    pushEcommerce('add_to_cart', {
      currency: 'GBP',
      value: line.price * quantity,
      items: [{ ...itemOf(product), item_id: line.sku, item_variant: line.tin, price: line.price, quantity }],
    });
    showBasketCount();
    find('[data-bought]')?.replaceChildren(
      `${quantity} × ${line.tin.toLowerCase()} of ${name} is in the `,
      el('a', { href: '/cart' }, 'basket'),
      '.',
    );
  });
}
