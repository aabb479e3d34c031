import { canonicalRow, matchIds } from '../../core/catalogue/read-catalogue.js';
import type { Catalogue } from '../../core/catalogue/format.js';
import { openMemoryProfileStore } from '../../storage/memory-store.js';
import { decodeCatalogue } from '../../core/catalogue/decode-catalogue.js';
import { loadCatalogue } from '../../worker/catalogue-loader.js';
import { allows, parsePolicies, type ContentSecurityPolicy } from './content-security-policy.js';
import { bad, good, unknown, type Finding } from './finding.js';
import { findItemIds, findMetaPolicies, findTag, type PageTag } from './page-tag.js';

/** Everything that can be said without a browser. */
export interface HttpDiagnosis {
  readonly findings: readonly Finding[];
  readonly tag: PageTag | null;
  readonly catalogue: Catalogue | null;
  /** Ids of cards in the HTML as served. */
  readonly itemIds: readonly string[];
}

export interface HttpParts {
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** Server and shopper may differ by this much before rounds and timelines look odd. */
const clockToleranceMs = 120_000;
const switchLimitBytes = 1_024;

/** Throws where the page cannot be fetched at all. */
export async function diagnoseHttp(pageUrl: string, parts: HttpParts): Promise<HttpDiagnosis> {
  const response = await parts.fetch(pageUrl, { headers: { accept: 'text/html' } });
  const html = await response.text();
  if (!response.ok) throw new Error(`${pageUrl} answered ${response.status}`);
  const url = response.url === '' ? pageUrl : response.url;
  const policies = parsePolicies([response.headers.get('content-security-policy') ?? '', ...findMetaPolicies(html)]);
  const tag = findTag(html, url);
  const catalogueUrl = attribute(tag, 'catalogue', url);
  const { catalogue, finding } = await checkCatalogue(catalogueUrl, url, parts);
  return {
    findings: [
      await checkTag(tag, url, parts),
      checkPolicy(policies, tag, url),
      checkClock(response, parts.now()),
      checkPageCache(response),
      await checkSwitch(tag, url, parts),
      finding,
    ],
    tag,
    catalogue,
    itemIds: findItemIds(html),
  };
}

/** “22 of 24”; over 10 % unknown, ranking is off. */
export function checkIds(ids: readonly string[], catalogue: Catalogue | null): Finding {
  const unique = [...new Set(ids)];
  if (unique.length === 0)
    return unknown(
      'ids',
      'no item ids on this page',
      'a list to rank is a container with data-homebody-list="NAME" whose children carry data-homebody-item="ID"; try the URL of a page with a list',
    );
  if (catalogue === null)
    return unknown(
      'ids',
      `${unique.length} item ids on the page, no catalogue to compare them with (items of the page are enough to rank)`,
    );
  const { matched, unmatched, examples } = matchIds(catalogue, unique);
  const detail = `${matched} of ${unique.length} ids of the page are in the catalogue`;
  if (unmatched === 0) return good('ids', detail);
  const known = catalogue.ids.at(0);
  const fix = `the page says ${examples.map((id) => JSON.stringify(id)).join(', ')}, the catalogue has ids like ${JSON.stringify(known)}; put the page's ids into the feed, as the product's id or as a variant's${canonicalRow(catalogue, known) === undefined ? ' (and build the catalogue again)' : ''}`;
  return unmatched > 0.1 * unique.length
    ? bad('ids', `${detail}: over 10 % unknown, so ranking is off (ids-unmatched)`, fix)
    : { ...good('ids', detail), fix };
}

function attribute(tag: PageTag | null, name: string, pageUrl: string): string | null {
  const value = tag?.data.get(name);
  return value === undefined || value === '' ? null : new URL(value, pageUrl).href;
}

async function checkTag(tag: PageTag | null, pageUrl: string, { fetch }: HttpParts): Promise<Finding> {
  if (tag === null)
    return bad(
      'tag',
      'no <script … data-site="…"> in the HTML as served',
      'put <script async src="…/homebody.iife.js" data-site="my-shop"></script> into the page’s head (a tag manager may add it later; then the browser check below counts)',
    );
  const site = tag.data.get('site') ?? '';
  if (!/^[a-z0-9.-]{1,64}$/.test(site))
    return bad('tag', `data-site is ${JSON.stringify(site)}`, 'use 1 to 64 lower-case letters, digits, dots and dashes');
  const isForeign = new URL(tag.src).origin !== new URL(pageUrl).origin;
  try {
    const response = await fetch(tag.src);
    await response.arrayBuffer();
    if (!response.ok)
      return bad(
        'tag',
        `${tag.src} answers ${response.status}`,
        'upload dist/homebody.iife.js of the package there, with its chunks beside it',
      );
    const type = response.headers.get('content-type') ?? '';
    if (!/javascript|ecmascript/.test(type))
      return bad('tag', `${tag.src} is served as ${type === '' ? 'no type' : type}`, 'serve it as text/javascript');
    if (isForeign && response.headers.get('access-control-allow-origin') === null)
      return bad(
        'tag',
        `${tag.src} has no CORS header, so its lazy chunks cannot be loaded from there`,
        'send Access-Control-Allow-Origin: * with the files of the package',
      );
  } catch (thrown) {
    return bad('tag', `${tag.src} cannot be fetched (${messageOf(thrown)})`, 'check the URL of the tag');
  }
  return good('tag', `site “${site}” from ${tag.src}`);
}

function checkPolicy(policies: readonly ContentSecurityPolicy[], tag: PageTag | null, pageUrl: string): Finding {
  if (policies.length === 0) return good('csp', 'no Content-Security-Policy, nothing is blocked');
  if (tag === null) return unknown('csp', 'a Content-Security-Policy is there, no tag to hold against it');
  const worker = attribute(tag, 'worker', pageUrl);
  const chunkBase = new URL('storefront.js', attribute(tag, 'chunk-base', pageUrl)?.replace(/\/?$/, '/') ?? tag.src).href;
  const catalogue = attribute(tag, 'catalogue', pageUrl);
  const endpoint = attribute(tag, 'endpoint', pageUrl);
  const missing = [
    ...(allows(policies, 'script-src', tag.src, pageUrl, tag.nonce) ? [] : [`script-src ${originOf(tag.src)}`]),
    ...(allows(policies, 'script-src', chunkBase, pageUrl) ? [] : [`script-src ${originOf(chunkBase)}`]),
    ...(allows(policies, 'worker-src', worker ?? 'blob:', pageUrl)
      ? []
      : [worker === null ? 'worker-src blob:' : `worker-src ${originOf(worker)}`]),
    ...[catalogue, endpoint]
      .filter((url) => url !== null)
      .flatMap((url) => (allows(policies, 'connect-src', url, pageUrl) ? [] : [`connect-src ${originOf(url)}`])),
  ];
  if (missing.length === 0)
    return good(
      'csp',
      `script, chunks, ${worker === null ? 'blob worker' : 'worker'}${catalogue === null ? '' : ', catalogue'}${endpoint === null ? '' : ', endpoint'} are allowed`,
    );
  const escape = missing.includes('worker-src blob:')
    ? '; or serve dist/worker.js from the shop’s own origin and name it in data-worker'
    : '';
  return bad(
    'csp',
    `the Content-Security-Policy does not allow ${[...new Set(missing)].join(', ')}`,
    `add to the policy: ${[...new Set(missing)].join('; ')}${escape}`,
  );
}

function originOf(url: string): string {
  return new URL(url).origin;
}

function checkClock(response: Response, nowMs: number): Finding {
  const sentMs = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(sentMs)) return unknown('clock', 'the server sends no Date header');
  // A cache hands out old dates together with their age.
  const skewMs = nowMs - sentMs - 1_000 * Number(response.headers.get('age') ?? 0);
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  const detail = `the server's clock and this machine's differ by ${seconds} s`;
  return Math.abs(skewMs) <= clockToleranceMs
    ? good('clock', detail)
    : bad('clock', detail, 'set both clocks by NTP; rounds refuse to send outside their time');
}

function checkPageCache(response: Response): Finding {
  const control = response.headers.get('cache-control') ?? '';
  const said = control === '' ? 'no Cache-Control' : `Cache-Control: ${control}`;
  if (/\bno-store\b/.test(control))
    return unknown(
      'cache:page',
      said,
      'the HTML is the same for everyone with Homebody: the page may be cached, and no-store also turns the browser’s back-forward cache off',
    );
  return good('cache:page', `${said}; the HTML is the same for everyone, so any page cache may stay on`);
}

/** @returns seconds that a cache may keep it without asking; null where nothing is said */
function maxAge(response: Response): number | null {
  const control = response.headers.get('cache-control') ?? '';
  if (/\bno-(cache|store)\b/.test(control)) return 0;
  const seconds = /\bmax-age=(\d+)/.exec(control)?.[1];
  return seconds === undefined ? null : Number(seconds);
}

async function checkSwitch(tag: PageTag | null, pageUrl: string, { fetch }: HttpParts): Promise<Finding> {
  const value = tag?.data.get('switch');
  if (value === 'off') return unknown('cache:switch', 'data-switch is “off”: Homebody cannot be turned off without a release');
  const url = new URL(value === undefined || value === '' ? '/homebody.json' : value, pageUrl).href;
  const fix =
    'serve {"enabled": true} there with Cache-Control: max-age=60 and an ETag; {"enabled": false} turns Homebody off within a minute';
  try {
    const response = await fetch(url);
    const text = await response.text();
    if (!response.ok) return bad('cache:switch', `${url} answers ${response.status}: there is no switch to turn Homebody off with`, fix);
    let fields: unknown;
    try {
      fields = JSON.parse(text);
    } catch {
      return bad('cache:switch', `${url} is not JSON`, fix);
    }
    if (Buffer.byteLength(text) > switchLimitBytes)
      return bad(
        'cache:switch',
        `${url} has ${Buffer.byteLength(text)} bytes; above ${switchLimitBytes} it is not read`,
        'keep it at 1 kB',
      );
    const seconds = maxAge(response);
    if (seconds === null || seconds > 60)
      return bad(
        'cache:switch',
        `${url} may be cached ${seconds === null ? 'for as long as a cache likes' : `for ${seconds} s`}`,
        'send Cache-Control: max-age=60, so that “off” is heard within a minute',
      );
    if (response.headers.get('etag') === null && response.headers.get('last-modified') === null)
      return bad('cache:switch', `${url} has neither ETag nor Last-Modified`, 'send an ETag, so that an unchanged switch costs no body');
    const isOff = typeof fields === 'object' && fields !== null && 'enabled' in fields && fields.enabled === false;
    return good('cache:switch', `${url}: Homebody is ${isOff ? 'OFF by the switch' : 'on'}, heard within ${seconds} s`);
  } catch (thrown) {
    return bad('cache:switch', `${url} cannot be fetched (${messageOf(thrown)})`, fix);
  }
}

async function checkCatalogue(
  url: string | null,
  pageUrl: string,
  { fetch, now }: HttpParts,
): Promise<{ catalogue: Catalogue | null; finding: Finding }> {
  const check = 'cache:catalogue';
  if (url === null) return { catalogue: null, finding: unknown(check, 'no data-catalogue: only the items of the page are known (tier 0)') };
  let catalogue: Catalogue;
  try {
    catalogue = await loadCatalogue({ url, fetch, store: openMemoryProfileStore(), nowMs: now(), decode: decodeCatalogue });
  } catch (thrown) {
    return {
      catalogue: null,
      finding: bad(check, messageOf(thrown), 'run “homebody catalogue build FEED --out DIR” and serve all files of DIR under that URL'),
    };
  }
  const manifest = await fetch(url);
  const chunk = await fetch(new URL(catalogue.manifest.ranking.url, url), { headers: { 'accept-encoding': 'br, gzip' } });
  await Promise.all([manifest.arrayBuffer(), chunk.arrayBuffer()]);
  const seconds = maxAge(manifest);
  const isForeign = new URL(url).origin !== new URL(pageUrl).origin;
  const wishes = [
    ...(seconds === null || seconds > 300 ? ['the manifest with Cache-Control: max-age=60'] : []),
    ...(manifest.headers.get('etag') === null && manifest.headers.get('last-modified') === null ? ['the manifest with an ETag'] : []),
    ...((maxAge(chunk) ?? 0) < 86_400 ? ['chunks (.bin) with Cache-Control: max-age=31536000, immutable'] : []),
    ...(chunk.headers.get('content-encoding') === null ? ['chunks compressed (the .bin.br files, Content-Encoding: br)'] : []),
    ...(isForeign && manifest.headers.get('access-control-allow-origin') === null
      ? ['everything with Access-Control-Allow-Origin: *']
      : []),
  ];
  const detail = `${catalogue.manifest.items.toLocaleString('en')} items, version ${catalogue.manifest.version}${catalogue.vectors === null ? ', without item vectors of this SDK’s model' : ''}`;
  return {
    catalogue,
    finding:
      wishes.length === 0 ? good(check, detail) : bad(check, `${detail}; its headers cost time or bytes`, `serve ${wishes.join('; ')}`),
  };
}

function messageOf(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? `: ${thrown.cause.message}` : '';
  return thrown instanceof Error ? `${thrown.message}${cause}` : String(thrown);
}
