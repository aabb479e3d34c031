import { createClient } from 'homebody';
import { HomebodyProvider, useRanked, useTrack } from 'homebody/react';

const client = createClient({ site: 'my-shop' });

function Shelf({ products }) {
  const { items, hasUpdate, showUpdate } = useRanked('home', products);
  const track = useTrack();
  return (
    <>
      {hasUpdate && <button onClick={showUpdate}>Updated for you</button>}
      <ul>
        {items.map((item) => (
          <li key={item.id} onClick={() => track({ type: 'click', list: { id: 'home' }, items: [item] })}>
            {item.name}
          </li>
        ))}
      </ul>
    </>
  );
}

export function App({ products }) {
  return (
    <HomebodyProvider client={client}>
      <Shelf products={products} />
    </HomebodyProvider>
  );
}
