import { SdkError } from '../core/errors.js';

/**
 * Starts the worker in one of the ways that a page may allow: the shop's own file, then the inlined source as a blob.
 * Where a CSP forbids one, the browser says so in an *asynchronous* error event, so a way counts only once it has answered.
 */

export interface SpawnParts {
  /** Same-origin file, or null. */
  readonly workerUrl: string | null;
  /** The worker as one classic script. */
  readonly source: string;
  readonly name: string;
  /** A way was refused and the next one is tried. */
  readonly onRefused: (error: SdkError) => void;
}

/**
 * @param greet  what the worker must answer first; its own rejection is an `SdkError`: the worker lives, and the search ends
 * Errors: `worker-blocked` when no way is left, else what `greet` said.
 */
export async function spawnWorker<Greeting>(
  parts: SpawnParts,
  greet: (worker: Worker) => Promise<Greeting>,
): Promise<{ worker: Worker; greeting: Greeting }> {
  const blobUrl = URL.createObjectURL(new Blob([parts.source], { type: 'text/javascript' }));
  let url = parts.workerUrl ?? blobUrl;
  try {
    for (;;) {
      let worker: Worker | undefined;
      try {
        worker = new Worker(trusted(url), { name: parts.name });
        return { worker, greeting: await Promise.race([greet(worker), refusalOf(worker)]) };
      } catch (thrown) {
        worker?.terminate();
        const error =
          thrown instanceof SdkError
            ? thrown
            : new SdkError('worker-blocked', `${url}: ${String(thrown)}; allow worker-src blob: or set workerUrl`);
        if (error === thrown || url === blobUrl) throw error;
        parts.onRefused(error);
        url = blobUrl;
      }
    }
  } finally {
    URL.revokeObjectURL(blobUrl);
  }
}

function refusalOf(worker: Worker): Promise<never> {
  return new Promise((_, reject) => {
    worker.addEventListener(
      'error',
      (event) => {
        event.preventDefault(); // our trouble is no entry in the page's console
        reject(new Error(event.message || 'refused'));
      },
      { once: true },
    );
  });
}

/** Exists where Trusted Types do; TypeScript's DOM does not know it yet. */
interface TrustedTypesHost {
  readonly trustedTypes?: {
    createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
  };
}

/** One policy per page: a second one of the same name is refused, so every client shares it. */
let policy: { createScriptURL(url: string): string } | undefined;

function trusted(url: string): string {
  try {
    policy ??= (globalThis as TrustedTypesHost).trustedTypes?.createPolicy('homebody', { createScriptURL: (text) => text });
  } catch {
    // Not allowed by the page's CSP: the plain text goes on, and `new Worker` says what is wrong with it.
  }
  return policy?.createScriptURL(url) ?? url;
}
