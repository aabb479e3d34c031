import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { claimOf, claimSentence } from '../../core/privacy/claim.js';
import { predictedError } from '../../core/privacy/predicted-error.js';
import type { Overview, RoundOverview, TaskOverview } from './overview.js';
import { DASHBOARD_STYLE } from './style.js';

/** One page, no assets, no script but the one that fetches it again. Times are written by the browser, in its own zone. */

const REFRESH_SCRIPT = `
const clock = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const words = () => document.querySelectorAll('time').forEach((time) => { time.textContent = clock.format(new Date(time.dateTime)); });
const refresh = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch('/dashboard', { credentials: 'omit' });
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    const folds = [...document.querySelectorAll('details')].map((fold) => fold.open);
    if (next !== null) {
      next.querySelectorAll('details').forEach((fold, at) => { fold.open = folds[at] ?? true; });
      document.querySelector('main').replaceWith(next);
    }
    document.body.classList.remove('lost');
  } catch { document.body.classList.add('lost'); }
  words();
};
words();
setInterval(refresh, 5000);
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const DASHBOARD_CSP = `default-src 'none'; style-src ${hashOf(DASHBOARD_STYLE)}; script-src ${hashOf(REFRESH_SCRIPT)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

// Whole tags, so that no formatter adds white space which the hashes do not cover.
const STYLE_TAG = `<style>${DASHBOARD_STYLE}</style>`;
const SCRIPT_TAG = `<script>${REFRESH_SCRIPT}</script>`;

type Part = HtmlEscapedString | Promise<HtmlEscapedString>;

export async function dashboardPage(overview: Overview): Promise<string> {
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Homebody rounds</title>
        ${raw(STYLE_TAG)}
      </head>
      <body>
        <header>
          <h1>Homebody rounds</h1>
          <p>Sealed, noised reports come in; one shared model goes out. Counts of reports are rounded down to tens.</p>
          <p class="lost-note" role="status">The endpoint does not answer; these are its last words.</p>
        </header>
        <main>
          ${overview.tasks.length === 0 ? emptyNote() : overview.tasks.map(taskSection)} ${refusalSection(overview)}
          <p class="as-of">
            As of ${moment(overview.atMs)}. Exact counts: <code>/v1/admin/rounds/…</code> with the operator’s token.
            <a href="/openapi.json">openapi.json</a> · <a href="/metrics">metrics</a> · <a href="/healthz">healthz</a>
          </p>
        </main>
        ${raw(SCRIPT_TAG)}
      </body>
    </html>`;
  return page.toString();
}

function emptyNote(): Part {
  return html`<section class="empty">
    <h2>No task yet</h2>
    <p>Start with <code>homebody serve --site … --cells …</code>, or POST a policy to <code>/v1/admin/tasks</code>.</p>
  </section>`;
}

function taskSection({ policy, policyHash, rounds, model }: TaskOverview): Part {
  const running = rounds[0];
  const kind = policy.block.kind === 'taste' ? `vote over ${policy.block.cells.length} cells` : `vector of ${policy.block.names.length}`;
  return html`<section>
    <h2>${policy.taskId} <small>${policy.site} · ${kind}</small></h2>
    ${running === undefined ? '' : progress(running, policy.minimumBatch)}
    <dl class="figures">
      <div>
        <dt>Model version</dt>
        <dd>${model?.version ?? 'none yet'}</dd>
      </div>
      <div>
        <dt>Cohort of it</dt>
        <dd>${model === null ? '–' : `${model.reports.toLocaleString('en')} reports`}</dd>
      </div>
      <div>
        <dt>Noise in it (L2)</dt>
        <dd>${model === null ? '–' : model.noiseL2.toFixed(3)}</dd>
      </div>
      <div>
        <dt>Predicted error</dt>
        <dd>${predictedError(policy).toFixed(2)}</dd>
      </div>
    </dl>
    <p class="claim">${claimSentence(claimOf(policy))}</p>
    ${model === null ? '' : estimateBars(model.estimate, policy)}
    <div class="scroll rounds" tabindex="0" role="region" aria-label="Rounds of ${policy.taskId}">
      <table>
        <thead>
          <tr>
            <th>Round</th>
            <th>Phase</th>
            <th class="number">Reports</th>
            <th>Ends or ended</th>
          </tr>
        </thead>
        <tbody>
          ${rounds.map(roundRow)}
        </tbody>
      </table>
    </div>
    <p class="hash">Policy <code>${policyHash}</code> · <a href="/v1/policies/${policy.taskId}">its log</a></p>
  </section>`;
}

function progress({ round, reports, closesAtMs }: RoundOverview, minimumBatch: number): Part {
  const isEnough = reports >= minimumBatch;
  return html`<p class="now">
      <strong>Round ${round}</strong>: ${reports.toLocaleString('en')} of at least ${minimumBatch.toLocaleString('en')} reports, ends
      ${moment(closesAtMs)}${isEnough ? ' – enough' : ''}
    </p>
    <progress max="${minimumBatch}" value="${Math.min(reports, minimumBatch)}" aria-label="Reports of round ${round}"></progress>`;
}

function roundRow({ round, phase, reports, closesAtMs, endedAtMs }: RoundOverview): Part {
  return html`<tr>
    <td>${round}</td>
    <td><span class="phase ${phase}">${phase}</span></td>
    <td class="number">${reports.toLocaleString('en')}</td>
    <td>${moment(endedAtMs ?? closesAtMs)}</td>
  </tr>`;
}

/** Estimated shares beside the catalogue's, largest first. */
function estimateBars(estimate: readonly number[], { block }: TaskOverview['policy']): Part {
  if (block.kind !== 'taste') return html``;
  const rows = block.cells.map((cell, at) => ({ ...cell, estimate: estimate[at] ?? 0 })).sort((a, b) => b.estimate - a.estimate);
  const percent = (value: number): string => `${(100 * value).toFixed(1).replace('-', '−')} %`;
  return html`<details open>
    <summary>What people like, against the catalogue</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Estimated shares">
      <table>
        <thead>
          <tr>
            <th>Cell</th>
            <th class="number">Estimate</th>
            <th class="number">Catalogue</th>
            <th><span class="hidden">Bar</span></th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <td>${row.name}</td>
                <td class="number">${percent(row.estimate)}</td>
                <td class="number">${percent(row.share)}</td>
                <td><meter min="0" max="${Math.max(rows[0]!.estimate, 1e-6)}" value="${Math.max(row.estimate, 0)}"></meter></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="note">The estimate is unbiased: cells that few people like may come out below 0.</p>
  </details>`;
}

function refusalSection({ refusals }: Overview): Part {
  const rows = refusals.map(
    ([code, count]) =>
      html`<tr>
        <td><code>${code}</code></td>
        <td class="number">${count.toLocaleString('en')}</td>
      </tr>`,
  );
  return html`<section>
    <h2>Refused since the start</h2>
    ${
      refusals.length === 0
        ? html`<p>None.</p>`
        : html`<table>
            <thead>
              <tr>
                <th>Code</th>
                <th class="number">Reports</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>`
    }
  </section>`;
}

function moment(atMs: number): Part {
  const iso = new Date(atMs).toISOString();
  return html`<time datetime="${iso}">${iso}</time>`;
}
