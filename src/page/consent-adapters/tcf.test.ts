import { describe, expect, test } from 'vitest';
import type { Consent } from '../../worker/api/worker-api.js';
import { both, fakeClient, fakeHost, first, no, settled } from './fake-consent.contract.js';
import { connectTcf, tcfWord, type TcfApi, type TcfHost, type TcfOptions } from './tcf.js';

type Listener = (data: unknown, isSuccess: boolean) => void;

/** A platform that does what the specification says of addEventListener and removeEventListener. */
function fakeCmp() {
  const listeners = new Map<number, Listener>();
  let count = 0;
  let current: object = { eventStatus: 'cmpuishown' };
  const tell = (id: number): void => listeners.get(id)?.({ gdprApplies: true, cmpStatus: 'loaded', listenerId: id, ...current }, true);
  const api: TcfApi = (command, _version, callback, parameter) => {
    if (command === 'addEventListener') {
      listeners.set(++count, callback);
      tell(count);
    } else if (command === 'removeEventListener') callback(listeners.delete(parameter!), true);
  };
  return {
    api,
    listeners,
    say(data: object) {
      current = data;
      for (const id of listeners.keys()) tell(id);
    },
  };
}

const purposes = (...granted: readonly number[]) => ({
  purpose: {
    consents: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i + 1, granted.includes(i + 1)])),
    legitimateInterests: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i + 1, true])),
  },
  vendor: { consents: { 42: true, 43: false }, legitimateInterests: { 43: true } },
  publisher: { consents: { 1: true, 5: true, 6: true }, legitimateInterests: {} },
});
const all = purposes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
const none = purposes();

function setUp(options: TcfOptions = {}, stored: Partial<Consent> = {}) {
  const fake = fakeClient(stored);
  const window = fakeHost();
  const cmp = fakeCmp();
  const host: typeof window.host & { __tcfapi?: TcfHost['__tcfapi'] & {} } = window.host;
  const connect = () => connectTcf(fake.client, host, { onError: window.onError, ...options });
  return { ...fake, ...window, host, cmp, connect };
}

describe('IAB TCF', () => {
  test('nothing while the dialogue is open, the word when the shopper has answered', () => {
    const { host, cmp, connect, asked, consent } = setUp();
    host.__tcfapi = cmp.api;
    connect();
    cmp.say({ eventStatus: 'cmpuishown', ...all });
    expect(asked).toEqual([]);
    cmp.say({ eventStatus: 'useractioncomplete', ...all });
    expect(consent()).toEqual(both);
  });

  test('a stored string of an earlier visit counts at once, and a withdrawal takes it back, erased where configured', async () => {
    const { host, cmp, connect, consent, asked } = setUp({ eraseOnWithdrawal: true });
    host.__tcfapi = cmp.api;
    cmp.say({ eventStatus: 'tcloaded', ...all });
    connect();
    expect(consent()).toEqual(both);
    cmp.say({ eventStatus: 'cmpuishown', ...all });
    cmp.say({ eventStatus: 'useractioncomplete', ...none });
    expect(consent()).toEqual(no);
    await settled();
    expect(asked.at(-1)).toBe('erase');
  });

  test('a platform that comes late is found; none at all is no consent, and the looking ends', async () => {
    const late = setUp();
    late.connect();
    await late.pass(7000);
    late.host.__tcfapi = late.cmp.api;
    late.cmp.say({ eventStatus: 'tcloaded', ...all });
    await late.pass(2000);
    expect(late.consent()).toEqual(both);
    const missing = setUp({}, no);
    missing.connect();
    await missing.pass(120_000);
    expect(missing.asked).toEqual([]);
    expect(missing.timers.size).toBe(0);
  });

  test('personalise needs store, create and use; measurement is the second consent', () => {
    for (const [granted, personalise, contribute] of [
      [[1, 5, 6], true, false],
      [[1, 5], false, false],
      [[5, 6, 8, 9], false, false],
      [[1, 5, 6, 8, 9], true, true],
      [[2, 3, 4, 7, 8, 9, 10], false, false],
    ] as const)
      expect(tcfWord({ gdprApplies: true, eventStatus: 'tcloaded', ...purposes(...granted) })).toEqual({
        personalise,
        contribute,
        isChoice: true,
      });
  });

  test('a legitimate interest is no consent, of a purpose or of a vendor', () => {
    const data = { gdprApplies: true, eventStatus: 'tcloaded' };
    expect(tcfWord({ ...data, ...none })).toMatchObject(no);
    expect(tcfWord({ ...data, ...all }, { vendorId: 43 })).toMatchObject(no);
    expect(tcfWord({ ...data, ...all }, { vendorId: 44 })).toMatchObject(no);
    expect(tcfWord({ ...data, ...all }, { vendorId: 42 })).toMatchObject(both);
  });

  test('the shop’s own consents are read where it says so', () => {
    expect(tcfWord({ gdprApplies: true, eventStatus: 'tcloaded', ...none }, { from: 'publisher' })).toMatchObject(first);
  });

  test('where GDPR does not apply nobody was asked: no word, unless the shop has one', () => {
    expect(tcfWord({ gdprApplies: false, cmpId: 3 })).toBeUndefined();
    expect(tcfWord({ gdprApplies: false }, { outsideGdpr: { personalise: true } })).toEqual({ personalise: true, isChoice: false });
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'granted'],
    ['an unknown law', { eventStatus: 'tcloaded', ...all }],
    ['a law by name', { gdprApplies: 1, eventStatus: 'tcloaded', ...all }],
    ['an error', { gdprApplies: true, cmpStatus: 'error', eventStatus: 'tcloaded', ...all }],
    ['an unknown event', { gdprApplies: true, eventStatus: 'cmpuiclosed', ...all }],
    ['no purposes', { gdprApplies: true, eventStatus: 'tcloaded' }],
    ['purposes that are a list of true', { gdprApplies: true, eventStatus: 'tcloaded', purpose: [true, true] }],
    ['consents that are a text', { gdprApplies: true, eventStatus: 'tcloaded', purpose: { consents: '111' } }],
  ])('%s is no word', (_name, data) => {
    expect(tcfWord(data)).toBeUndefined();
  });

  test('consents that are texts are not true', () => {
    expect(
      tcfWord({ gdprApplies: true, eventStatus: 'tcloaded', purpose: { consents: { 1: 'true', 5: 'true', 6: 'true' } } }),
    ).toMatchObject(no);
  });

  test('a command that was not successful, or a platform that throws, changes nothing and is told', () => {
    const { host, connect, asked, errors } = setUp({}, both);
    host.__tcfapi = (_command, _version, callback) => callback({ gdprApplies: true, eventStatus: 'tcloaded', ...none }, false);
    connect();
    expect(asked).toEqual([]);
    host.__tcfapi = () => {
      throw new Error('broken');
    };
    connect();
    expect(errors.map(({ message }) => message)).toEqual(['broken']);
  });

  test('the way out removes the listener, also one that the platform registers only later', () => {
    const { host, cmp, connect, asked } = setUp();
    host.__tcfapi = cmp.api;
    connect()();
    expect(cmp.listeners.size).toBe(0);

    const queue: Parameters<TcfApi>[] = [];
    host.__tcfapi = (...call) => void queue.push(call); // the stub
    connect()();
    host.__tcfapi = cmp.api;
    for (const call of queue) cmp.api(...call);
    cmp.say({ eventStatus: 'tcloaded', ...all });
    expect(cmp.listeners.size).toBe(0);
    expect(asked).toEqual([]);
  });

  test('a purpose that is none is refused at once', () => {
    expect(setUp({ personalise: [1, Number.NaN] }).connect).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });
});
