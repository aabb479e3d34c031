import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClient, type Client, type SdkError } from '../../index.js';
import { createHoldout } from '../holdout.js';
import { connectTag, type TagHost } from './connect-tag.js';
import { connectGoogleConsent } from './google-consent.js';
import { connectShopifyPrivacy } from './shopify-privacy.js';
import { connectTcf } from './tcf.js';

/** Platforms as they are on a page, with the client and the worker that are delivered, over a real database. */

const page = globalThis as unknown as {
  dataLayer?: unknown[];
  __tcfapi?: unknown;
  Shopify?: unknown;
  homebody?: { q: ((client: Client) => void)[] } | undefined;
};
const errors: SdkError[] = [];
let count = 0;
let site = '';
let client: Client;
let disconnect = (): void => undefined;

const databases = async () => (await indexedDB.databases()).map(({ name }) => name ?? '').filter((name) => name.includes(site));
const keys = () => [...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => key.includes(site));
const leftOnDevice = async () => [...(await databases()), ...keys()];
const click = (id: string): void => client.track({ type: 'click', list: { id: 'home' }, items: [{ id, tags: ['hue:blue'] }] });
const learned = async (): Promise<number> => (await client.profile.get()).eventCount;

beforeEach(() => {
  site = `cmp-${count++}`;
  client = createClient({ site, switchUrl: false, engine: 'reference', onError: (error) => errors.push(error) });
});
afterEach(async () => {
  disconnect();
  await client.profile.erase();
  await client.close();
  for (const name of ['dataLayer', '__tcfapi', 'Shopify', 'homebody'] as const) delete page[name];
  document.querySelectorAll('script[data-cmp]').forEach((tag) => tag.remove());
  localStorage.clear();
});

function gtag(..._args: unknown[]): void {
  // oxlint-disable-next-line prefer-rest-params
  (page.dataLayer ??= []).push(arguments);
}

interface Cmp {
  /** Before the shopper has said anything. */
  readonly start: () => void;
  readonly connect: () => () => void;
  readonly say: (yes: boolean) => void;
}

const platforms: Readonly<Record<string, () => Cmp>> = {
  'Google Consent Mode': () => ({
    start: () => gtag('consent', 'default', { analytics_storage: 'denied', personalization_storage: 'denied', wait_for_update: 500 }),
    connect: () => connectGoogleConsent(client, window, { eraseOnWithdrawal: true }),
    say: (yes) =>
      gtag('consent', 'update', {
        analytics_storage: yes ? 'granted' : 'denied',
        personalization_storage: yes ? 'granted' : 'denied',
      }),
  }),
  'IAB TCF': () => {
    const listeners: ((data: unknown, isSuccess: boolean) => void)[] = [];
    const dataOf = (eventStatus: string, yes: boolean) => ({
      gdprApplies: true,
      cmpStatus: 'loaded',
      eventStatus,
      listenerId: 1,
      purpose: { consents: Object.fromEntries([1, 5, 6, 8, 9].map((purpose) => [purpose, yes])) },
    });
    return {
      start() {
        page.__tcfapi = (command: string, _version: number, callback: (typeof listeners)[number]) => {
          if (command !== 'addEventListener') return;
          listeners.push(callback);
          callback(dataOf('cmpuishown', false), true);
        };
      },
      connect: () => connectTcf(client, window, { eraseOnWithdrawal: true }),
      say: (yes) => listeners.forEach((listener) => listener(dataOf('useractioncomplete', yes), true)),
    };
  },
  Shopify: () => ({
    start() {
      page.Shopify = {
        customerPrivacy: {
          currentVisitorConsent: () => ({ preferences: '', analytics: '' }),
          preferencesProcessingAllowed: () => false,
          analyticsProcessingAllowed: () => false,
        },
      };
    },
    connect: () => connectShopifyPrivacy(client, window, { eraseOnWithdrawal: true }),
    say: (yes) =>
      document.dispatchEvent(
        new CustomEvent('visitorConsentCollected', { detail: { preferencesAllowed: yes, analyticsAllowed: yes, marketingAllowed: yes } }),
      ),
  }),
};

describe.each(Object.entries(platforms))('%s with the real client', (_name, make) => {
  test('before its yes nothing is stored; its yes lets learning begin; its no stops within a second and leaves nothing', async () => {
    const cmp = make();
    cmp.start();
    disconnect = cmp.connect();
    click('a');
    await new Promise((resolve) => setTimeout(resolve, 700)); // longer than the default waits for its update
    expect(await leftOnDevice()).toEqual([]);
    expect(client.status()).toMatchObject({ phase: 'idle', consent: { personalise: false, contribute: false } });

    cmp.say(true);
    await vi.waitFor(
      () => expect(client.status()).toMatchObject({ phase: 'ready', consent: { personalise: true, contribute: true } }),
      5000,
    );
    click('b');
    await client.flush();
    expect(await learned()).toBe(2); // the one from before was held in memory
    expect(await databases()).toHaveLength(1);

    const saidAtMs = performance.now();
    cmp.say(false);
    await vi.waitFor(() => expect(client.status().consent.personalise).toBe(false), { timeout: 1000, interval: 10 });
    expect(performance.now() - saidAtMs).toBeLessThan(1000);
    expect(await client.rank('home', [{ id: 'a' }])).toMatchObject({ code: 'no-consent', rung: 'shop' });
    click('c');
    await vi.waitFor(async () => expect(await leftOnDevice()).toEqual([]), { timeout: 5000 });
    expect(client.status().phase).toBe('idle');

    // And back: the profile is a new one.
    cmp.say(true);
    await vi.waitFor(() => expect(client.status().phase).toBe('ready'), 5000);
    await client.flush();
    expect(await learned()).toBe(0); // c came after the no
  });
});

test('without the option a withdrawal stops learning and keeps what is there', async () => {
  const { start, say } = platforms['Google Consent Mode']!();
  start();
  disconnect = connectGoogleConsent(client, window);
  say(true);
  await vi.waitFor(() => expect(client.status().phase).toBe('ready'), 5000);
  click('a');
  await client.flush();
  say(false);
  await vi.waitFor(() => expect(client.status().phase).toBe('idle'));
  expect(await databases()).toHaveLength(1);
  expect(keys()).toEqual([]);
});

describe('the script tag', () => {
  const tag = (attributes: Readonly<Record<string, string>>): string => {
    const script = document.createElement('script');
    script.type = 'text/plain';
    script.src = `https://cdn.example/${site}/consent.js`;
    for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
    document.head.append(script);
    return script.src;
  };
  const told: SdkError[] = [];
  const hear = (event: Event): void => void told.push((event as CustomEvent<SdkError>).detail);

  test('waits for the page script and connects the platform that it names, with its mapping', async () => {
    const url = tag({ 'data-cmp': 'google', 'data-personalise': 'ad_personalization', 'data-contribute': '' });
    connectTag(window as unknown as TagHost, url);
    page.homebody!.q.forEach((command) => command(client)); // as the page script does
    gtag('consent', 'update', { ad_personalization: 'granted', analytics_storage: 'granted' });
    await vi.waitFor(() => expect(client.status().consent).toEqual({ personalise: true, contribute: false }));
  });

  test('of another URL, or without a platform, is left alone', () => {
    tag({ 'data-cmp': 'google' });
    connectTag(window as unknown as TagHost, 'https://cdn.example/other.js');
    connectTag(window as unknown as TagHost, tag({}).replace('consent', 'other'));
    expect(page.homebody).toBeUndefined();
  });

  test('with an unknown platform says so', () => {
    addEventListener('homebody:error', hear);
    connectTag(window as unknown as TagHost, tag({ 'data-cmp': 'gogle' }));
    expect(() => page.homebody!.q.forEach((command) => command(client))).toThrow('data-cmp must be google, tcf or shopify, got gogle');
    removeEventListener('homebody:error', hear);
  });
});

test('the arm of the holdout is there with the consent and goes with an erase', async () => {
  const holdout = createHoldout({ share: 1, client });
  expect([holdout.arm(), keys()]).toEqual([null, []]);
  await client.consent({ personalise: true });
  expect(holdout.arm()).toBe('heldout');
  expect(keys()).toContain(`homebody/${site}/arm`);
  await client.profile.erase();
  expect([holdout.arm(), await leftOnDevice()]).toEqual([null, []]);
  holdout.close();
});
