import { describe, expect, test } from 'vitest';
import { SDK_VERSION } from '../core/version.js';
import { loadSwitch, parseSwitch } from './switch.js';

const nothingOff = { isOff: false, rollout: 100, lists: undefined, rounds: true, engine: undefined };

describe('the switch', () => {
  test('reads every key', () => {
    const text = JSON.stringify({
      enabled: true,
      rollout: 25,
      lists: ['home'],
      rounds: false,
      engine: 'reference',
      blockedVersions: ['0.0.9'],
    });
    expect(parseSwitch(text)).toEqual({ isOff: false, rollout: 25, lists: ['home'], rounds: false, engine: 'reference' });
  });

  test('is off by `enabled` and by this version, not by another one', () => {
    expect(parseSwitch('{"enabled":false}').isOff).toBe(true);
    expect(parseSwitch(JSON.stringify({ blockedVersions: ['9.9.9', SDK_VERSION] })).isOff).toBe(true);
    expect(parseSwitch(JSON.stringify({ blockedVersions: ['9.9.9'] })).isOff).toBe(false);
  });

  test.each([
    ['', 'nothing'],
    ['<!doctype html>', 'a page'],
    ['null', 'null'],
    ['[]', 'an array'],
    ['{"enabled":"false","rollout":"none","lists":"home","engine":"cuda","blockedVersions":"0.1.0"}', 'keys of wrong types'],
    [JSON.stringify({ enabled: false, pad: 'x'.repeat(1024) }), 'over 1 kB'],
  ])('changes nothing for %s (%s)', (text) => {
    expect(parseSwitch(text)).toEqual(nothingOff);
  });

  test('asks without credentials or referrer, and a missing file or a dead network changes nothing', async () => {
    const asked: RequestInit[] = [];
    const answer = (response: Response) => (_: string, init: RequestInit) => {
      asked.push(init);
      return Promise.resolve(response);
    };
    expect((await loadSwitch('/h.json', answer(new Response('{"enabled":false}')))).isOff).toBe(true);
    expect(asked[0]).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer' });
    expect(await loadSwitch('/h.json', answer(new Response('{"enabled":false}', { status: 404 })))).toEqual(nothingOff);
    expect(await loadSwitch('/h.json', () => Promise.reject(new TypeError('offline')))).toEqual(nothingOff);
  });
});
