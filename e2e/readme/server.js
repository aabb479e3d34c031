import { startServer } from 'homebody/server';

const endpoint = await startServer({
  store: 'sqlite:rounds.db',
  port: 8787,
  origins: ['https://shop.example'],
  site: 'my-shop',
  cells: [
    { name: 'Blues', share: 0.6 },
    { name: 'Reds', share: 0.4 },
  ],
});
console.log(endpoint.url);
