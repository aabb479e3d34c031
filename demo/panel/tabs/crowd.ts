import { el } from '../../client/dom.js';
import type { RoundStatus, TaskView } from '../../client/homebody.js';
import { bring } from '../bring.js';
import type { Tab } from '../context.js';
import { keepFresh } from '../keep-fresh.js';
import { action, heading, loading, note, progressBar } from '../parts.js';
import { visitorShelves } from '../visitor.js';
import { messageOf, times } from '../words.js';

export const crowd: Tab = {
  id: 'crowd',
  label: 'Crowd',
  about: 'What many browsers say together, and none of them alone.',
  needsProfile: true,
  mount(place, { client, signal }) {
    const round = el('div', {}, loading('Asking the endpoint …'));
    const brought = el('div', { 'aria-live': 'polite' });
    const visited = el('div', { 'aria-live': 'polite' });
    place.replaceChildren(
      round,
      heading('Bring a crowd'),
      el(
        'p',
        {},
        'Two thousand simulated shoppers, each with a taste of its own, run the same code as you and report to the same endpoint.',
      ),
      action('Bring 2,000 shoppers', async () => {
        await bring(brought, signal);
        await refreshNow();
      }),
      brought,
      heading('Be a new visitor'),
      el('p', {}, 'A fresh profile in memory, with no past. It reads what the crowd published and never votes itself.'),
      action('Open the shop as someone new', async () => visited.replaceChildren(...(await visitorShelves()))),
      visited,
    );
    let isDown = false;
    const show = (status: RoundStatus): void => {
      if (signal.aborted) return;
      const isEmpty = status.tasks.length === 0;
      round.replaceChildren(...(isDown ? [endpointDown()] : isEmpty ? [noTask()] : []), ...status.tasks.flatMap(taskView));
    };
    const refreshNow = async (): Promise<void> => {
      const asked = client.rounds.refresh();
      isDown = await asked.then(
        () => false,
        (thrown: unknown) => isOfNetwork(thrown),
      );
      show(await (isDown ? client.rounds.status() : asked)); // what was known of the tasks still holds
    };
    const stop = client.rounds.subscribe(show);
    signal.addEventListener('abort', stop);
    keepFresh(refreshNow, (thrown) => round.replaceChildren(note('The rounds cannot be read just now.', messageOf(thrown))), 5000, signal);
  },
};

const isOfNetwork = (thrown: unknown): boolean => thrown instanceof Error && (thrown as { readonly code?: unknown }).code === 'network';

function endpointDown(): HTMLElement {
  return note(
    'The endpoint does not answer.',
    'Your shelf does not need it: it was arranged here. A vote that waits is kept and tried again.',
  );
}

function noTask(): HTMLElement {
  return note('No round to see.', 'The endpoint has no task open for this shop. Your shelf does not need it.');
}

function taskView(task: TaskView): readonly HTMLElement[] {
  const { reports, minimumBatch, round, closesAtMs, refusal, model } = task;
  const share = minimumBatch === 0 ? 1 : reports / minimumBatch;
  const leftSeconds = closesAtMs === null ? null : Math.max(0, Math.round((closesAtMs - Date.now()) / 1000));
  const facts: readonly (readonly [string, string])[] = [
    ['Predicted error', `${(task.predictedError * 100).toFixed(0)} % of the signal${task.predictedError > 0.5 ? ', too much' : ''}`],
    [
      'Between two votes',
      task.separationDays === 0
        ? '0 days, because page and endpoint are both this very machine; in a real shop 30'
        : times(task.separationDays, 'day', 'days'),
    ],
    [
      'Published',
      task.modelVersion === 0
        ? 'nothing yet'
        : `version ${task.modelVersion}${model === null ? '' : `, from ${times(model.reports, 'vote', 'votes')}`}`,
    ],
  ];
  return [
    el(
      'p',
      { class: 'hp-figure' },
      el('b', {}, round === null ? 'No round is open' : `Round ${round}`),
      leftSeconds === null ? '' : ` closes in ${leftSeconds} s`,
    ),
    el('p', { class: 'hp-summary' }, task.summary),
    progressBar(share, 'Votes of the votes needed'),
    el('p', { class: 'hp-quiet' }, `About ${reports.toLocaleString('en-GB')} of at least ${minimumBatch.toLocaleString('en-GB')} votes`),
    el('dl', { class: 'hp-facts' }, ...facts.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)))),
    ...(refusal === null ? [] : [note('This browser does not take part now.', refusal.message)]),
    el(
      'details',
      {},
      el('summary', {}, 'The whole claim'),
      el('p', {}, task.claim),
      el('p', { class: 'hp-hash' }, 'Policy ', el('code', {}, task.policyHash)),
    ),
  ];
}
