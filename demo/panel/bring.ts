import { el } from '../client/dom.js';
import { note, progressBar } from './parts.js';

type Line =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'end'; readonly ok: boolean; readonly text: string };

/** Asks the shop's own server to start the simulator, and shows how far it is. */
export async function bring(place: HTMLElement, signal: AbortSignal): Promise<void> {
  place.replaceChildren(progressBar(0, 'Shoppers who have voted'), el('p', { class: 'hp-quiet' }, 'They are on their way …'));
  const response = await fetch('/demo/bring', { method: 'POST', signal }).catch(() => null);
  if (response === null || response.body === null) {
    place.replaceChildren(note('The shop’s server does not answer.', 'Nobody was brought.'));
    return;
  }
  for await (const line of linesOf(response.body)) {
    if (line.kind === 'progress')
      place.replaceChildren(
        progressBar(line.done / line.total, 'Shoppers who have voted'),
        el('p', { class: 'hp-quiet' }, `${line.done.toLocaleString('en-GB')} of ${line.total.toLocaleString('en-GB')}`),
      );
    else if (line.kind === 'note') place.lastElementChild?.replaceChildren(line.text);
    else if (line.ok)
      place.replaceChildren(
        el('p', { class: 'hp-quiet' }, `${line.text.replace(/\.?$/, '.')} The round closes by itself; the new version appears above.`),
      );
    else place.replaceChildren(note('No new crowd.', line.text));
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Line> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const pieces = (rest + value).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) if (piece !== '') yield JSON.parse(piece) as Line; // written by our own server
  }
}
