import type { ReactNode } from 'react';
import { useRanked, useTrack } from 'homebody/react';

export interface RowPaint {
  readonly id: string;
  readonly name: string;
  readonly hex: string;
  readonly cell: string;
}

const SHOWN = 12;
const LIST = 'react';

/** A row of colours in the shopper's order; holding one against the wall is a click like any other. */
export function Row({ paints }: { readonly paints: readonly RowPaint[] }): ReactNode {
  const items = paints.map(({ id, name, hex, cell }) => ({ id, name, hex, categories: [cell] }));
  const ranked = useRanked(LIST, items);
  const track = useTrack();
  const hold = (paint: (typeof items)[number], position: number): void => {
    document.documentElement.style.setProperty('--wall-1', paint.hex);
    track({ type: 'click', list: { id: LIST }, items: [{ id: paint.id, name: paint.name, categories: paint.categories, position }] });
  };
  return (
    <>
      <p className="react-note">
        {ranked.rung === 'shop' ? 'In the shop’s own order.' : 'In your order, made on this device.'}{' '}
        {ranked.hasUpdate && (
          <button type="button" className="link" onClick={ranked.showUpdate}>
            Your order has changed. Show it
          </button>
        )}
      </p>
      <ul className="react-row">
        {ranked.items.slice(0, SHOWN).map((paint, position) => (
          <li key={paint.id}>
            <button type="button" className="react-card" onClick={() => hold(paint, position)}>
              <span className="chip" style={{ background: paint.hex }} />
              {paint.name}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
