/**
 * A worker that answers comlink's messages, ranks in reverse, and tells the test over a BroadcastChannel all that it is asked.
 * `tune` is code that may replace methods of `api`, so a test can make it hang or refuse.
 */
export function fakeWorkerSource(channel: string, tune = ''): string {
  return `
    const tell = new BroadcastChannel(${JSON.stringify(channel)});
    const born = Math.random();
    let listener;
    const result = (list, items) => ({ list, items: items.map(({ id }, shopPosition) => ({ id, score: 0, shopPosition, reason: 'because of ' + id })).reverse(), rung: 'model', revision: 1, matched: items.length, unmatched: 0 });
    const engine = { active: 'reference', wanted: 'auto', why: '', device: '', textures: [], races: [], notices: [] };
    const api = {
      open: () => ({ sdkVersion: '0', durable: true, eventCount: 0, engine: 'reference', notices: [] }),
      listen: () => undefined,
      ingest: (events) => ({ ids: events.map((event) => event.id), durable: true, dropped: [] }),
      rank: (requests) => requests.map(({ list, items }) => result(list, items)),
      rounds: () => ({ sent: [], bytesSent: 42, tasks: [] }),
      setConsent: () => undefined, erase: () => undefined, close: () => undefined, profile: () => ({ eventCount: 1 }),
      chooseEngine: (wanted) => ({ ...engine, wanted, active: wanted === 'auto' ? 'reference' : wanted }),
    };
    ${tune}
    onmessage = async ({ data: { id, path: [method], argumentList } }) => {
      const args = argumentList.map((argument) => argument.value instanceof MessagePort ? null : argument.value);
      if (argumentList[0]?.value instanceof MessagePort) listener = argumentList[0].value;
      tell.postMessage({ born, method, args });
      try {
        postMessage({ id, type: 'RAW', value: await api[method](...args) });
      } catch (thrown) {
        postMessage({ id, type: 'HANDLER', name: 'throw', value: thrown });
      }
    };
  `;
}

export interface Told {
  readonly born: number;
  readonly method: string;
  readonly args: readonly unknown[];
}
