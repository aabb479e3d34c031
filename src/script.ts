import { SdkError, toSdkError } from './core/errors.js';
import { createPageClient } from './page/client.js';
import type { Client, ClientOptions } from './page/client-types.js';
import type { Storefront, StorefrontChunk } from './page/storefront.js';
import workerSource from './page/worker-source.js';

/**
 * Script-tag entry: makes the client from the `data-*` of its own tag and leaves it as `window.homebody`. When *personalise* is on it loads
 * `storefront.js`, which hears `dataLayer` and keeps the lists of the page in order. Calls made before it was loaded wait in the stub's queue:
 *
 *     <script>window.homebody=window.homebody||{q:[],push:function(c){this.q.push(c)}}</script>
 *     <script async src="…/homebody.iife.js" data-site="my-shop"></script>
 *     <script>homebody.push(['track', {type: 'dismiss', items: [{id: 'A'}]}]); homebody.push(function (client) { … })</script>
 *
 * `data-`: site, endpoint, catalogue, engine, storage, worker (URL), chunk-base, switch (URL or `off`), data-layer (`off`), holdout (a share)
 * and experiment (its name), for the storefront. Consent from a platform: `consent.js` beside this, see docs/consent.md.
 * Errors go out as `homebody:error` events of the window.
 */
export interface ScriptApi extends Client {
  /** Runs a function with the client, or a method by name: `['track', event]`. Never throws. */
  push(command: Command): void;
  readonly ready: Promise<ScriptApi>;
}

type Command = ((client: ScriptApi) => void) | readonly [method: keyof Client, ...args: unknown[]];

interface ScriptHost {
  homebody?: Partial<ScriptApi> & { readonly q?: readonly Command[] };
}

function main(host: ScriptHost): void {
  if (host.homebody?.site) return; // the tag is on the page twice
  const tag = (document.currentScript ?? document.querySelector('script[data-site][src]')) as HTMLScriptElement; // without one, the missing site is the error
  const onError = (error: SdkError): void => void dispatchEvent(new CustomEvent('homebody:error', { detail: error }));
  const onThrown = (thrown: unknown): void => onError(toSdkError(thrown, 'internal'));
  const data = tag.dataset as Record<string, string>;
  const chunkBase = new URL(`${data['chunkBase'] ?? '.'}/`, data['chunkBase'] ? document.baseURI : tag.src || document.baseURI).href;
  // Values are checked like those of any shop.
  const options = {
    ...data,
    workerUrl: data['worker'],
    chunkBase,
    switchUrl: data['switch'] === 'off' ? false : data['switch'],
    onError,
  } as unknown as ClientOptions;
  const client = createPageClient(options, { workerSource, chunks: null });

  let storefront: Promise<Storefront> | undefined;
  const open = ({ consent }: Pick<ReturnType<Client['status']>, 'consent'>): void => {
    if (!consent.personalise || storefront) return;
    storefront = import(/* @vite-ignore */ new URL('storefront.js', chunkBase).href).then((chunk: StorefrontChunk) =>
      chunk.openStorefront(client, data['dataLayer'] !== 'off', onThrown),
    );
    storefront.catch((thrown: unknown) =>
      onError(new SdkError('network', `storefront.js of ${chunkBase}: ${String(thrown)}`, { cause: thrown })),
    );
  };
  client.onStatus(open); // told when the worker is started

  /** The shopper asked for it, with a control of the shop or the panel: what changes may change before their eyes. */
  const asked =
    <Args extends unknown[], Result>(method: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> => {
      const answer = method(...args);
      storefront?.then((shop) => shop.expectChange(answer)).catch(() => undefined); // reported above
      return answer;
    };
  const push = (command: Command): void => {
    try {
      if (typeof command === 'function') return command(api);
      const [method, ...args] = command;
      Promise.resolve((api[method] as (...args: unknown[]) => unknown)(...args)).catch(onThrown);
    } catch (thrown) {
      onThrown(thrown);
    }
  };
  const api: ScriptApi = {
    ...client,
    track(event) {
      client.track(event);
      if (event?.type === 'dismiss') void asked(() => client.flush())();
    },
    consent: asked((change: Parameters<Client['consent']>[0]) => client.consent(change)),
    profile: {
      ...client.profile,
      forget: asked((selector: Parameters<Client['profile']['forget']>[0]) => client.profile.forget(selector)),
      erase: asked(() => client.profile.erase()),
    },
    push,
    ready: Promise.resolve().then(() => api),
    close() {
      storefront?.then((shop) => shop.close()).catch(() => undefined);
      return client.close();
    },
  };

  const waiting = host.homebody?.q ?? [];
  host.homebody = api;
  waiting.forEach(push);
}

try {
  main(globalThis as ScriptHost);
} catch (thrown) {
  // Only a mistake in the tag comes here: it is the developer's to see, the page goes on.
  console.error('homebody', thrown);
}
