import { createRoot } from 'react-dom/client';
import { HomebodyProvider } from 'homebody/react';
import { find } from '../client/dom.js';
import { withHomebody } from '../client/homebody.js';
import { Row } from './row.js';

/** Uses the client that the script tag made, so this page and the shop share one profile; a React shop would call `createClient`. */

const root = find('#react-root');
if (root !== null) {
  const client = await new Promise(withHomebody);
  const response = await fetch('/shelf/home.json');
  const paints = (await response.json()) as Parameters<typeof Row>[0]['paints']; // written by our own server
  createRoot(root).render(
    client === null ? (
      <Row paints={paints} />
    ) : (
      <HomebodyProvider client={client}>
        <Row paints={paints} />
      </HomebodyProvider>
    ),
  );
}
