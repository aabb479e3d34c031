import { SdkError } from '../core/errors.js';

/** What the endpoint needs beside this package; a shop that only ships the browser part never installs it. */
const serverPackages =
  'hono @hono/node-server hono-openapi @hono/standard-validator @standard-community/standard-json @standard-community/standard-openapi @valibot/to-json-schema valibot prom-client better-sqlite3';

/**
 * For `.catch()` of a dynamic import: says in one line what to install, passes every other error on.
 * @throws always
 */
export function missingPackage(thrown: unknown): never {
  for (let cause: unknown = thrown; cause instanceof Error; cause = cause.cause) {
    const name = /Cannot find (?:package|module) '([^'./][^']*)'/.exec(cause.message)?.[1];
    if ((cause as NodeJS.ErrnoException).code?.endsWith('MODULE_NOT_FOUND') === true && name !== undefined) {
      throw new SdkError('invalid-options', `the package ${name} is missing; run: npm install ${serverPackages}`, { cause: thrown });
    }
    if (/could not locate the bindings file/i.test(cause.message)) {
      throw new SdkError(
        'invalid-options',
        'better-sqlite3 was installed without its compiled part; run: npm rebuild better-sqlite3 (it needs python3, make, g++), or use --store memory:',
        { cause: thrown },
      );
    }
  }
  throw thrown;
}
