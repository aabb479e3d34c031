import { el } from '../../client/dom.js';
import type { RoundStatus, SentView } from '../../client/homebody.js';
import type { Tab } from '../context.js';
import { keepFresh } from '../keep-fresh.js';
import { note } from '../parts.js';
import { bytes, clock, messageOf } from '../words.js';

const outcomes: Readonly<Record<SentView['outcome'], string>> = {
  waiting: 'waiting for its moment',
  sent: 'sent',
  expired: 'never sent: its round closed first. The budget stays spent.',
  refused: 'refused by the endpoint. The budget stays spent.',
};

export const sent: Tab = {
  id: 'sent',
  label: 'Sent',
  about: 'Everything that ever left this browser for the crowd.',
  needsProfile: false,
  mount(place, { client, signal }) {
    const show = (status: RoundStatus | null): void => {
      const count = status?.bytesSent ?? client.status().bytesSent;
      place.replaceChildren(
        el('p', { class: 'hp-big' }, bytes(count)),
        ...(status === null || status.sent.length === 0
          ? [
              note(
                'Nothing has left.',
                client.status().consent.contribute
                  ? 'You have joined. The first vote goes out at a random moment of a round, so that the time says nothing either.'
                  : 'Votes are cast only with the second switch on. What you look at is in none of them.',
              ),
            ]
          : [el('ul', { class: 'hp-sent' }, ...status.sent.map(upload))]),
      );
    };
    show(null);
    if (!client.status().consent.personalise) return;
    const stop = client.rounds.subscribe(show);
    signal.addEventListener('abort', stop);
    keepFresh(
      async () => show(await client.rounds.status()),
      (thrown) =>
        place.replaceChildren(
          el('p', { class: 'hp-big' }, bytes(client.status().bytesSent)),
          note('The ledger cannot be read just now.', messageOf(thrown)),
        ),
      4000,
      signal,
    );
  },
};

function upload(each: SentView): HTMLElement {
  return el(
    'li',
    {},
    el('p', { class: 'hp-figure' }, el('b', {}, bytes(each.sizeBytes)), ` · ${clock(each.atMs)} · ${outcomes[each.outcome]}`),
    el('p', {}, each.claim),
    el('p', { class: 'hp-hash' }, 'SHA-256 of the body ', el('code', {}, each.bodyHash)),
  );
}
