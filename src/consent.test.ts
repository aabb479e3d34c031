import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { fakeClient, fakeHost, settled } from './page/consent-adapters/fake-consent.contract.js';
import * as consent from './consent.js';
import * as holdout from './holdout.js';

test('the public names are these; a change of them is a change of the contract', () => {
  expect(Object.keys(consent).sort()).toEqual(['connectGoogleConsent', 'connectShopifyPrivacy', 'connectTcf', 'createConsentBridge']);
  expect(Object.keys(holdout).sort()).toEqual(['announceToGa4', 'createHoldout', 'liftOf', 'visitorsNeeded', 'withHoldout']);
});

const page = await readFile('docs/consent.md', 'utf8');
const snippets = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!);

/** Runs a snippet of the page as a module would, and answers what it leaves under `name`. */
function run(mark: string, globals: Readonly<Record<string, unknown>>, name: string): unknown {
  const snippet = snippets.find((code) => code.includes(mark))!;
  const code = snippet.replaceAll(/import (\{.*?\}) from '(.*?)';/g, "const $1 = modules['$2'];");
  // oxlint-disable-next-line typescript/no-implied-eval -- the page's own code is what is tested
  return new Function('modules', ...Object.keys(globals), `${code}\nreturn ${name};`)(
    { 'homebody/consent': consent, 'homebody/holdout': holdout },
    ...Object.values(globals),
  );
}

test('the snippet with TCF lets the shop’s own switch win and erases on withdrawal', async () => {
  const { client, consent, asked } = fakeClient();
  const settings: { arrangeForMe?: boolean } = {};
  let say = (_yes: boolean): void => undefined;
  const window = {
    ...fakeHost().host,
    __tcfapi(_command: string, _version: number, listener: (data: unknown, isSuccess: boolean) => void) {
      const consents = (yes: boolean) => ({ 1: yes, 5: yes, 6: yes, 8: false, 9: false });
      say = (yes) =>
        listener({ gdprApplies: true, eventStatus: 'useractioncomplete', listenerId: 1, purpose: { consents: consents(yes) } }, true);
    },
  };
  const disconnect = run('connectTcf', { client, window, settings }, 'disconnect') as () => void;
  settings.arrangeForMe = false;
  say(true);
  expect(consent().personalise).toBe(false);
  delete settings.arrangeForMe;
  say(false);
  say(true);
  expect(consent().personalise).toBe(true);
  say(false);
  await settled();
  expect(asked.at(-1)).toBe('erase');
  disconnect();
});

test('the snippet with Cookiebot hears explicit answers only', () => {
  const { client, consent } = fakeClient();
  const window = Object.assign(new EventTarget(), {
    navigator: {},
    Cookiebot: { hasResponse: false, consent: { method: 'implied', preferences: true, statistics: true } },
  });
  run('Cookiebot', { client, window }, 'bridge');
  window.Cookiebot.hasResponse = true;
  window.dispatchEvent(new Event('CookiebotOnAccept'));
  expect(consent()).toEqual({ personalise: false, contribute: false });
  window.Cookiebot.consent.method = 'explicit';
  window.dispatchEvent(new Event('CookiebotOnAccept'));
  expect(consent()).toEqual({ personalise: true, contribute: true });
  window.Cookiebot.consent.preferences = false;
  window.dispatchEvent(new Event('CookiebotOnDecline'));
  expect(consent()).toEqual({ personalise: false, contribute: false });
});

test('the snippet with the holdout gives the held-out arm the shop’s order and tells GA4 the arm', async () => {
  const items = [{ id: 'a' }, { id: 'b' }];
  const keys = new Map<string, string>();
  const storage = {
    getItem: (key: string) => keys.get(key) ?? null,
    setItem: (key: string, value: string) => void keys.set(key, value),
    removeItem: (key: string) => void keys.delete(key),
  };
  for (const arm of ['heldout', 'personalised'] as const) {
    const window: { dataLayer?: unknown[] } = {};
    const client = { ...fakeClient({ personalise: true }).client, rank: async () => ({ items: items.toReversed() }) };
    keys.set('homebody/shop/arm', JSON.stringify({ experiment: 'autumn', arm, counts: {} }));
    Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
    try {
      const shown = run('announceToGa4', { client, window }, 'shown') as {
        rank(list: string, shop: typeof items): Promise<{ items: typeof items }>;
      };
      expect((await shown.rank('home', items)).items.map(({ id }) => id).join('')).toBe(arm === 'heldout' ? 'ab' : 'ba');
      expect(Array.from(window.dataLayer![0] as ArrayLike<unknown>)).toContainEqual({ exp_variant_string: `homebody-autumn-${arm}` });
    } finally {
      Reflect.deleteProperty(globalThis, 'localStorage');
    }
  }
});

test('the snippet with the figures plans and decides', () => {
  const said: unknown[][] = [];
  run('liftOf', { console: { log: (...values: unknown[]) => said.push(values) } }, 'plan');
  const [[total], [estimate, low, high, isDecided]] = said as [[number], [number, number, number, boolean]];
  expect(total).toBe(299_869);
  expect(holdout.visitorsNeeded({ heldOutRate: 0.03, relativeLift: 0.1, heldOutShare: 0.5 }).total).toBe(106_422);
  expect(page).toContain('299,869 visitors with consent, both arms together; 106,422 with half');
  expect(estimate).toBeCloseTo(8907 / 269_900 / 0.03 - 1, 12);
  expect([low > 0, high < 0.3, isDecided]).toEqual([true, true, true]);
});
