import { el } from '../../client/dom.js';
import type { ProfileView } from '../../client/homebody.js';
import { hexOf, nameOf } from '../../client/paint-id.js';
import type { Tab } from '../context.js';
import { keepFresh } from '../keep-fresh.js';
import { action, heading, loading, note, signedBar } from '../parts.js';
import { clock, messageOf, sureness, times } from '../words.js';

const BELIEFS = 10;
const ENTRIES = 40;

export const you: Tab = {
  id: 'you',
  label: 'You',
  about: 'What this browser thinks of your taste. It is all here, and nowhere else.',
  needsProfile: true,
  mount(place, { client, signal }) {
    place.replaceChildren(loading('Reading the profile …'));
    let shown = '';
    const refresh = keepFresh(
      async () => {
        await client.flush();
        const profile = await client.profile.get();
        const print = `${profile.paramsHash} ${profile.eventCount} ${profile.timeline[0]?.eventId} ${client.status().paused}`;
        if (signal.aborted || print === shown) return; // what has focus stays where nothing changed
        shown = print;
        show(profile);
      },
      (thrown) => place.replaceChildren(note('The profile cannot be read just now.', messageOf(thrown))),
      1500,
      signal,
    );
    const again = (): void => {
      shown = '';
      refresh();
    };
    const forget = async (eventId: string): Promise<void> => {
      await client.profile.forget({ eventId });
      again();
    };

    function show(profile: ProfileView): void {
      const { paused } = client.status();
      place.replaceChildren(
        el(
          'p',
          { class: 'hp-figure' },
          el('b', {}, times(profile.eventCount, 'thing remembered', 'things remembered')),
          profile.durable ? ' and kept on this device' : ' and held in memory only, gone when the page closes',
        ),
        ...(profile.beliefs.length === 0
          ? [note('No beliefs yet.', 'Open two or three colours you like, then look again.')]
          : [heading('What it believes'), beliefs(profile)]),
        ...(profile.timeline.length === 0 ? [] : [heading('What it saw'), timeline(profile, forget)]),
        el(
          'div',
          { class: 'hp-actions' },
          action(paused ? 'Learn again' : 'Pause: shopping for someone else', () => {
            client.pause(!paused);
            again();
          }),
          action('Save a copy', async () => save(await client.profile.export())),
          action('Erase everything', async () => {
            await client.profile.erase();
          }),
        ),
      );
    }
  },
};

function beliefs(profile: ProfileView): HTMLElement {
  const strongest = profile.beliefs
    .toSorted((one, other) => Math.abs(other.leaning) * other.confidence - Math.abs(one.leaning) * one.confidence)
    .slice(0, BELIEFS);
  const largest = Math.max(1e-9, ...strongest.map(({ leaning }) => Math.abs(leaning)));
  return el(
    'ul',
    { class: 'hp-rows' },
    ...strongest.map(({ label, leaning, confidence, events }) =>
      el(
        'li',
        { class: 'hp-row' },
        el('span', { class: 'hp-label' }, label),
        signedBar(leaning / largest, confidence),
        el('small', {}, `${leaning < 0 ? 'less of it' : 'more of it'}, ${sureness(confidence)}, ${times(events, 'event', 'events')}`),
      ),
    ),
  );
}

function timeline(profile: ProfileView, forget: (eventId: string) => Promise<void>): HTMLElement {
  return el(
    'ul',
    { class: 'hp-timeline' },
    ...profile.timeline.slice(0, ENTRIES).map((entry) => {
      const hexes = entry.itemIds
        .map(hexOf)
        .filter((hex) => hex !== null)
        .slice(0, 6);
      const remove = el('button', { type: 'button', class: 'hp-x', 'aria-label': `Forget: ${entry.label}` }, '×');
      remove.addEventListener('click', () => {
        remove.disabled = true;
        forget(entry.eventId).catch(() => {
          remove.disabled = false; // it is still there, and says so by staying
        });
      });
      const named = entry.itemIds.length === 1 && entry.itemIds[0] !== undefined ? nameOf(entry.itemIds[0]) : null;
      return el(
        'li',
        {},
        el('span', { class: 'hp-chips' }, ...hexes.map((hex) => el('i', { style: `background:${hex}` }))),
        el('span', { class: 'hp-entry' }, entry.label === '' ? (named ?? entry.type) : entry.label),
        el('time', {}, clock(entry.atMs)),
        remove,
      );
    }),
  );
}

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  el('a', { href: url, download: 'northlight-profile.json' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
