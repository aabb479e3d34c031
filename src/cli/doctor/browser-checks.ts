import type { BrowserContext, Page } from 'playwright';
import type { Client, ClientStatus } from '../../page/client-types.js';
import type { FoundBrowser } from './find-browser.js';
import { bad, good, unknown, type Finding } from './finding.js';

/** What only a browser knows: does the script run, does its worker start, what does the shop say to it? */
export interface BrowserDiagnosis {
  readonly findings: readonly Finding[];
  /** Ids of cards and of dataLayer items, as the page is after its scripts. */
  readonly itemIds: readonly string[];
}

/** As it comes out of the page: an error crosses as its code and message. */
interface SeenStatus extends Omit<ClientStatus, 'error'> {
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface SeenPage {
  readonly status: SeenStatus | null;
  readonly databases: readonly string[];
  readonly storageKeys: readonly string[];
  readonly cardIds: readonly string[];
  readonly hasDataLayer: boolean;
  /** GA4 ecommerce events, oldest first. */
  readonly events: readonly { readonly name: string; readonly itemIds: readonly string[] }[];
}

const pageDeadlineMs = 30_000;
const startDeadlineMs = 10_000;

/** Consents in its own throwaway profile, so that nothing of it stays and no shopper is meant. Never contributes. */
export async function diagnoseInBrowser(
  pageUrl: string,
  { chromium, executablePath }: Exclude<FoundBrowser, { missing: string }>,
): Promise<BrowserDiagnosis> {
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    const context: BrowserContext = await browser.newContext();
    const page = await context.newPage();
    await page.goto(pageUrl, { waitUntil: 'load', timeout: pageDeadlineMs });
    await waitFor(page, 'client', startDeadlineMs);
    const before = await look(page);
    const itemIds = [...before.cardIds, ...before.events.flatMap((event) => event.itemIds)];
    if (before.status === null) {
      const fix = 'open the browser’s console: a blocked script, a wrong data-site or an older tag shows there';
      return {
        findings: [bad('browser', 'the script did not run: window.homebody has no status()', fix), checkEvents(before, null)],
        itemIds,
      };
    }
    const consented = await page.evaluate(consentAndWait, startDeadlineMs);
    return {
      findings: [checkConsent(before), checkWorker(consented.status), checkStore(consented.status), checkEvents(before, consented.learned)],
      itemIds,
    };
  } finally {
    await browser.close();
  }
}

async function waitFor(page: Page, what: 'client', timeout: number): Promise<void> {
  // Nobody there is an answer too: the finding says it.
  await page
    .waitForFunction(() => typeof (globalThis as { homebody?: Partial<Client> }).homebody?.status === 'function', what, { timeout })
    .catch(() => undefined);
}

/** Runs in the page. */
async function lookInPage(): Promise<SeenPage> {
  type Layered = {
    readonly event?: unknown;
    readonly ecommerce?: { readonly items?: unknown } | null;
    readonly 0?: unknown;
    readonly 1?: unknown;
    readonly 2?: { readonly items?: unknown };
  };
  const host = globalThis as unknown as {
    homebody?: Partial<Client>;
    dataLayer?: readonly Layered[];
    localStorage: object;
    indexedDB: { databases(): Promise<readonly { readonly name?: string }[]> };
  };
  const names =
    'view_item_list select_item view_item add_to_cart remove_from_cart add_to_wishlist view_cart begin_checkout purchase refund view_search_results search view_promotion select_promotion'.split(
      ' ',
    );
  const idsOf = (items: unknown): string[] =>
    Array.isArray(items)
      ? items
          .map((item: { item_id?: unknown; id?: unknown }) => item?.item_id ?? item?.id)
          .filter((id): id is string | number => id !== undefined)
          .map(String)
      : [];
  const events: { name: string; itemIds: string[] }[] = [];
  for (const entry of Array.from(host.dataLayer ?? [])) {
    // Either {event, ecommerce} of a tag manager or the arguments of gtag('event', name, fields).
    const isGtag = entry?.[0] === 'event';
    const name = isGtag ? entry[1] : entry?.event;
    if (typeof name === 'string' && names.includes(name))
      events.push({ name, itemIds: idsOf(isGtag ? entry[2]?.items : entry.ecommerce?.items) });
  }
  const { error, ...status } = host.homebody?.status?.() ?? { error: null };
  const document = (
    globalThis as unknown as {
      document: { querySelectorAll(selector: string): Iterable<{ readonly dataset: Readonly<Record<string, string>> }> };
    }
  ).document;
  let storageKeys: string[] = [];
  try {
    storageKeys = Object.keys(host.localStorage);
  } catch {
    // Storage is blocked here: then there are none.
  }
  return {
    status:
      host.homebody?.status === undefined
        ? null
        : ({ ...status, error: error === null ? null : { code: error.code, message: error.message } } as SeenStatus),
    databases: (await host.indexedDB.databases()).map((database) => database.name ?? ''),
    storageKeys,
    cardIds: Array.from(document.querySelectorAll('[data-homebody-item]'), (card) => card.dataset['homebodyItem']!),
    hasDataLayer: host.dataLayer !== undefined,
    events,
  };
}

function look(page: Page): Promise<SeenPage> {
  return page.evaluate(lookInPage);
}

/** Runs in the page. */
async function consentAndWait(deadlineMs: number): Promise<{ status: SeenStatus; learned: number | null }> {
  const { homebody } = globalThis as unknown as { homebody: Client };
  const late = <Result>(value: Result): Promise<Result> => new Promise((resolve) => setTimeout(resolve, deadlineMs, value));
  await Promise.race([homebody.consent({ personalise: true }).catch(() => undefined), late(undefined)]);
  const endMs = performance.now() + deadlineMs;
  while (performance.now() < endMs && !['ready', 'off', 'closed'].includes(homebody.status().phase) && homebody.status().error === null)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await Promise.race([homebody.flush().catch(() => undefined), late(undefined)]);
  const learned = await Promise.race([
    homebody.profile.get().then(
      (profile) => profile.eventCount,
      () => null,
    ),
    late(null),
  ]);
  const { error, ...status } = homebody.status();
  return { status: { ...status, error: error === null ? null : { code: error.code, message: error.message } }, learned };
}

function checkConsent({ status, databases, storageKeys }: SeenPage): Finding {
  const left = [...databases, ...storageKeys].filter((name) => name.startsWith('homebody'));
  if (status!.consent.personalise)
    return bad(
      'consent',
      'a new visitor counts as having consented',
      'call homebody.consent({personalise: true}) only after the shopper said yes',
    );
  if (left.length > 0)
    return bad('consent', `before consent there is already ${left.join(', ')}`, 'report this: nothing may be stored before consent');
  return good('consent', 'a new visitor has not consented: 0 databases, 0 keys of ours');
}

function checkWorker({ phase, error, engine }: SeenStatus): Finding {
  if (phase === 'ready') return good('worker', `starts after consent, engine ${engine ?? 'unknown'}`);
  if (phase === 'off')
    return unknown(
      'worker',
      'the switch (or the rollout) turns Homebody off for this visitor',
      'look at homebody.json: “enabled”, “rollout”, “blockedVersions”',
    );
  const said = error === null ? `still ${phase} after ${startDeadlineMs / 1_000} s` : `${error.code}: ${error.message}`;
  return bad(
    'worker',
    `does not start: ${said}`,
    error?.code === 'worker-blocked'
      ? 'allow worker-src blob: in the CSP, or serve dist/worker.js from the shop’s origin and name it in data-worker'
      : 'open the browser’s console on this page and look for the first error',
  );
}

function checkStore({ phase, durable, error }: SeenStatus): Finding {
  if (phase !== 'ready') return unknown('store', 'not looked at, since the worker did not start');
  return durable
    ? good('store', 'the profile is kept in IndexedDB')
    : bad(
        'store',
        `the profile lives in memory only${error === null ? '' : ` (${error.code}: ${error.message})`}`,
        'remove data-storage="memory"; a page in a sandboxed frame has no storage either',
      );
}

function checkEvents({ hasDataLayer, events }: SeenPage, learned: number | null): Finding {
  const fix =
    'push GA4 ecommerce events (view_item_list, select_item, view_item, add_to_cart, purchase) to window.dataLayer, or call homebody.track()';
  if (events.length === 0)
    return bad('events', hasDataLayer ? 'window.dataLayer has no ecommerce event on this page' : 'there is no window.dataLayer', fix);
  const counts = new Map<string, number>();
  for (const { name } of events) counts.set(name, (counts.get(name) ?? 0) + 1);
  const detail = `${[...counts].map(([name, count]) => `${count} × ${name}`).join(', ')} on dataLayer`;
  const withoutIds = events.filter(
    (event) => event.itemIds.length === 0 && !event.name.includes('search') && !event.name.includes('promotion'),
  );
  if (withoutIds.length > 0)
    return bad(
      'events',
      `${detail}; ${withoutIds.length} of them without an item_id`,
      'give every item its item_id (ecommerce.items[].item_id)',
    );
  return good('events', learned === null ? detail : `${detail}; ${learned} in the profile of the throwaway visitor`);
}
