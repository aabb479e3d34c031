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

const firstAnswerMs = 10_000;

/**
 * @param greet  what the worker must answer first; its own rejection means that the worker lives, and ends the search
 * Errors: `worker-blocked` when no way is left, else what `greet` said.
 */
export async function spawnWorker<Greeting>(parts: SpawnParts, greet: (worker: Worker) => Promise<Greeting>): Promise<{ worker: Worker; greeting: Greeting }> {
  const reasons: string[] = [];
  const ways = [...(parts.workerUrl === null ? [] : [parts.workerUrl]), null];
  for (const url of ways) {
    const blobUrl = url === null ? URL.createObjectURL(new Blob([parts.source], { type: 'text/javascript' })) : null;
    let worker: Worker | undefined;
    try {
      worker = new Worker(trusted(url ?? blobUrl!), { name: parts.name });
      return { worker, greeting: await firstAnswer(worker, greet) };
    } catch (thrown) {
      worker?.terminate();
      if (thrown instanceof SdkError) throw thrown;
      const reason = `${url ?? 'the inlined worker'}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
      reasons.push(reason);
      if (url !== null) parts.onRefused(new SdkError('worker-blocked', `${reason}; trying the inlined worker`));
    } finally {
      if (blobUrl !== null) URL.revokeObjectURL(blobUrl);
    }
  }
  throw new SdkError('worker-blocked', `no worker can start here (${reasons.join('; ')}): allow \`worker-src blob:\` or serve homebody/worker and set workerUrl`);
}

/** Rejects with a plain `Error` where the worker itself was refused, with an `SdkError` where it answered one. */
function firstAnswer<Greeting>(worker: Worker, greet: (worker: Worker) => Promise<Greeting>): Promise<Greeting> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${firstAnswerMs} ms`)), firstAnswerMs);
    const refused = (event: Event): void => {
      event.preventDefault(); // our trouble is no entry in the page's console
      reject(new Error((event as ErrorEvent).message || 'refused by the browser (CSP, or the file is missing)'));
    };
    worker.addEventListener('error', refused);
    greet(worker)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        worker.removeEventListener('error', refused);
      });
  });
}

/** Exists where Trusted Types do; TypeScript's DOM does not know it yet. */
interface TrustedTypesHost {
  readonly trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string } };
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
