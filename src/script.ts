import { SdkError, toSdkError } from './core/errors.js';
import { createPageClient } from './page/client.js';
import type { Client, ClientOptions } from './page/client-types.js';
import { createFacts, createRenderer } from './page/render.js';
import { optionsOfTag, type TagData } from './page/script-tag.js';
import workerSource from './page/worker-source.js';

/**
 * Script-tag entry. `window.homebody` is a function that takes a method's name and its arguments, `homebody('track', {…})`, and has all methods
 * of the client; calls made before it was loaded come from the stub's queue:
 *
 *     <script>window.homebody=window.homebody||function(){(homebody.q=homebody.q||[]).push(arguments)}</script>
 *     <script async src="…/homebody.iife.js" data-site="my-shop"></script>
 */
export interface ScriptApi extends Client {
  (method: string, ...args: unknown[]): unknown;
  /** The lists of the page are found. `homebody('ready', callback)` does the same from the stub. */
  readonly ready: Promise<ScriptApi>;
}

interface ScriptHost {
  homebody?: Partial<ScriptApi> & { readonly q?: readonly ArrayLike<unknown>[] };
}

function main(): void {
  const host = globalThis as ScriptHost;
  if (host.homebody?.site !== undefined) return; // the tag is on the page twice
  const tag = (document.currentScript ?? document.querySelector('script[data-site]')) as HTMLScriptElement | null;
  const onError = (error: SdkError): void => void dispatchEvent(new CustomEvent('homebody:error', { detail: error }));
  const onThrown = (thrown: unknown): void => onError(toSdkError(thrown, 'internal'));
  const facts = createFacts();
  const client = createPageClient({ ...(optionsOfTag((tag?.dataset ?? {}) as TagData) as ClientOptions), onError }, {
    workerSource,
    chunkBase: tag?.src ? new URL('.', tag.src).href : null,
    onEvent: facts.learn,
  });

  let found = (): void => undefined;
  const ready = new Promise<void>((resolve) => (found = resolve)).then(() => api);
  let renderer: ReturnType<typeof createRenderer> | undefined;
  /** The shopper asked for it with a control of the shop's or the panel's: what changes may change before their eyes. */
  const asked = <Result>(answer: Promise<Result>): Promise<Result> => {
    renderer?.expectChange(answer);
    return answer;
  };

  const call = (method: string, ...args: unknown[]): unknown => {
    try {
      if (method === 'ready') return ready.then(args[0] as (api: ScriptApi) => void).catch(onThrown);
      const path = method.split('.');
      const name = path.pop()!;
      const owner = path.reduce<unknown>((object, key) => (object as Record<string, unknown>)[key], api) as Record<string, unknown>;
      const answer = (owner[name] as (...args: unknown[]) => unknown)(...args);
      // Without this a caller who does not look at the answer would see it as an unhandled rejection.
      if (answer instanceof Promise) answer.catch(onThrown);
      return answer;
    } catch (thrown) {
      onThrown(thrown);
      return undefined;
    }
  };
  const api: ScriptApi = Object.assign(call, client, {
    ready,
    consent: (change: Parameters<Client['consent']>[0]) => asked(client.consent(change)),
    profile: {
      ...client.profile,
      forget: (selector: Parameters<Client['profile']['forget']>[0]) => asked(client.profile.forget(selector)),
      erase: () => asked(client.profile.erase()),
    },
    close: () => {
      renderer?.close();
      return client.close();
    },
  });

  const waiting = host.homebody?.q ?? [];
  host.homebody = api;
  for (const args of Array.from(waiting)) call(...(Array.from(args) as [string]));

  const begin = (): void => {
    try {
      renderer = createRenderer(client, facts, onThrown);
    } catch (thrown) {
      onThrown(thrown);
    }
    found();
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
  else begin();
}

try {
  main();
} catch (thrown) {
  // Only a mistake in the tag comes here: it is the developer's to see, the page goes on.
  console.error('homebody', thrown);
}
