/** The basket, kept in the browser under the shop's own name; written only once a shopper adds something. */

export interface CartLine {
  readonly sku: string;
  readonly id: string;
  readonly name: string;
  readonly brand: string;
  readonly cell: string;
  readonly hex: string;
  readonly tin: string;
  /** Pounds for one. */
  readonly price: number;
  readonly quantity: number;
}

const CART = 'northlight/cart';
const ORDER = 'northlight/order';

export function readCart(): readonly CartLine[] {
  return readLines(localStorageOrNull(), CART);
}

export function addToCart(line: CartLine): void {
  const cart = readCart();
  const held = cart.find(({ sku }) => sku === line.sku);
  writeCart(
    held === undefined
      ? [...cart, line]
      : cart.map((each) => (each === held ? { ...each, quantity: each.quantity + line.quantity } : each)),
  );
}

export function removeFromCart(sku: string): void {
  writeCart(readCart().filter((line) => line.sku !== sku));
}

/** Empties the basket and keeps its lines for the page that says thank you. */
export function placeOrder(): void {
  try {
    sessionStorage.setItem(ORDER, JSON.stringify(readCart()));
  } catch {
    // without storage the last page simply has no strip of colours
  }
  writeCart([]);
}

export function takeOrder(): readonly CartLine[] {
  try {
    const lines = readLines(sessionStorage, ORDER);
    sessionStorage.removeItem(ORDER);
    return lines;
  } catch {
    return []; // storage is switched off: there is no order to show
  }
}

export const totalOf = (lines: readonly CartLine[]): number => lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);

function writeCart(lines: readonly CartLine[]): void {
  const storage = localStorageOrNull();
  if (lines.length === 0) storage?.removeItem(CART);
  else storage?.setItem(CART, JSON.stringify(lines));
}

function readLines(storage: Storage | null, key: string): readonly CartLine[] {
  try {
    const lines: unknown = JSON.parse(storage?.getItem(key) ?? '[]');
    return Array.isArray(lines) ? (lines as CartLine[]) : []; // only this file writes the key
  } catch {
    return []; // a damaged basket is an empty one
  }
}

/** Reading the property throws where storage is switched off. */
function localStorageOrNull(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
