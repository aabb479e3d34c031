import { createClient } from 'homebody';

const client = createClient({ site: 'my-shop', onError: (error) => console.warn(error.code, error.message) });

// Your own consent dialogue calls this; until then nothing is learned, stored or sent.
await client.consent({ personalise: true });

client.track({ type: 'view', items: [{ id: 'A', categories: ['Blues'] }] });

const { items, rung, code } = await client.rank('home', [
  { id: 'B', categories: ['Reds'] },
  { id: 'A', categories: ['Blues'] },
  { id: 'C', categories: ['Blues'] },
]);
console.log(
  items.map((item) => item.id),
  rung,
  code ?? 'no code: nothing amiss',
);
