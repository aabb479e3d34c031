/** GA4 ecommerce, written like in every other shop. It knows nothing of who reads along. */

export interface GaItem {
  readonly item_id: string;
  readonly item_name: string;
  readonly item_brand?: string;
  readonly item_category?: string;
  readonly item_variant?: string;
  readonly price?: number;
  readonly quantity?: number;
  readonly index?: number;
}

export interface Ecommerce {
  readonly item_list_id?: string;
  readonly item_list_name?: string;
  readonly currency?: 'GBP';
  readonly value?: number;
  readonly transaction_id?: string;
  readonly items: readonly GaItem[];
}

declare global {
  interface Window {
    dataLayer?: unknown[];
  }
}

/** @param ecommerce  pushed after a reset, so that no field of the last event leaks into this one */
export function pushEcommerce(event: string, ecommerce: Ecommerce): void {
  const layer = (window.dataLayer ??= []);
  layer.push({ ecommerce: null });
  layer.push({ event, ecommerce });
}

export function pushEvent(event: string, fields: Readonly<Record<string, string>>): void {
  (window.dataLayer ??= []).push({ event, ...fields });
}

/** The item a card or a product block stands for. */
export function itemOf(element: HTMLElement, index?: number): GaItem {
  const { homebodyItem, product, homebodyName: name, homebodyBrand: brand, homebodyCategory: cell, homebodyPrice: price } = element.dataset;
  return {
    item_id: homebodyItem ?? product ?? '',
    item_name: name ?? '',
    ...(brand === undefined ? {} : { item_brand: brand }),
    ...(cell === undefined ? {} : { item_category: cell }),
    ...(price === undefined ? {} : { price: Number(price) }),
    ...(index === undefined ? {} : { index }),
  };
}
