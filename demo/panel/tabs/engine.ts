import { el } from '../../client/dom.js';
import type { Client, EngineReport } from '../../client/homebody.js';
import type { Tab } from '../context.js';
import { action, heading, loading, note } from '../parts.js';
import { messageOf } from '../words.js';

const restartPatienceMs = 10_000;

export const engine: Tab = {
  id: 'engine',
  label: 'Engine',
  about: 'What does the arithmetic, and what happens when it is taken away.',
  needsProfile: true,
  mount(place, { client, signal }) {
    const report = el('div', {}, loading('Asking the worker …'));
    const proof = el('div', { 'aria-live': 'polite' });
    const show = (each: EngineReport): void => {
      if (!signal.aborted) report.replaceChildren(...reportView(each));
    };
    place.replaceChildren(
      report,
      el(
        'div',
        { class: 'hp-actions' },
        action('Race the engines', async () => show(await client.engine.race())),
        ...(['auto', 'reference', 'simd', 'webgl'] as const).map((name) =>
          action(`Use ${name}`, async () => show(await client.engine.choose(name))),
        ),
      ),
      heading('Take it away'),
      el('p', {}, 'The profile is the same before and after, to the last bit: its hash says so.'),
      el(
        'div',
        { class: 'hp-actions' },
        action('Kill the worker', async () => {
          await prove(client, proof, 'The worker was killed in the middle of its work and started again', async () =>
            client.engine.killWorker(),
          );
          show(await client.engine.report()); // of another worker
        }),
        action('Lose the GPU', () =>
          prove(client, proof, 'The graphics context was lost and made anew', async () => show(await client.engine.loseGpu())),
        ),
      ),
      proof,
    );
    client.engine.report().then(show, (thrown: unknown) => report.replaceChildren(note('The worker does not answer.', messageOf(thrown))));
  },
};

async function prove(client: Client, place: HTMLElement, said: string, strike: () => Promise<void>): Promise<void> {
  await client.flush();
  const before = (await client.profile.get()).paramsHash;
  place.replaceChildren(loading('Struck. Waiting for it to come back …'));
  await strike();
  const after = await hashOnceBack(client);
  const isSame = before === after;
  place.replaceChildren(
    el('p', { class: 'hp-verdict' }, el('b', {}, isSame ? 'Unchanged. ' : 'Changed! '), `${said}.`),
    el('p', { class: 'hp-hash' }, 'before ', el('code', {}, before)),
    el('p', { class: 'hp-hash' }, 'after ', el('code', {}, after)),
  );
}

/** A call that hits the moment of the restart is refused; the next one is not. */
async function hashOnceBack(client: Client): Promise<string> {
  const giveUpAtMs = performance.now() + restartPatienceMs;
  for (;;) {
    try {
      return (await client.profile.get()).paramsHash;
    } catch (thrown) {
      if (performance.now() > giveUpAtMs) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function reportView(report: EngineReport): readonly HTMLElement[] {
  return [
    el(
      'p',
      { class: 'hp-figure' },
      el('b', {}, report.active),
      report.wanted === report.active ? ', as chosen' : `, ${report.wanted} was asked for`,
    ),
    el('p', {}, report.why),
    el(
      'dl',
      { class: 'hp-facts' },
      el('div', {}, el('dt', {}, 'Device'), el('dd', {}, report.device === '' ? 'not asked' : report.device)),
      el(
        'div',
        {},
        el('dt', {}, 'Textures'),
        el('dd', {}, report.textures.length === 0 ? 'none' : report.textures.map(([rows, columns]) => `${rows} × ${columns}`).join(', ')),
      ),
    ),
    ...report.notices.map(({ code, message }) => note(code, message)),
    ...(report.races.length === 0
      ? [
          el(
            'p',
            { class: 'hp-quiet' },
            'No race was run: on a usual visit the work is too small to pay for another engine, and no code of one is downloaded.',
          ),
        ]
      : [
          el(
            'table',
            { class: 'hp-table' },
            el('caption', {}, 'Fastest call of each race, on a part of the work'),
            el('thead', {}, el('tr', {}, ...['Kernel', 'Work from', 'Engine', 'ms'].map((name) => el('th', { scope: 'col' }, name)))),
            el(
              'tbody',
              {},
              ...report.races.map((race) =>
                el(
                  'tr',
                  {},
                  el('td', {}, race.kernel),
                  el('td', {}, race.size.toLocaleString()),
                  el('td', {}, race.engine),
                  el('td', {}, race.bestMs.toFixed(2)),
                ),
              ),
            ),
          ),
        ]),
  ];
}
