import { errorCodes, SdkError, type ErrorCode } from './errors.js';

/**
 * How an error crosses to another thread: structured clone and comlink keep message and name but lose class and `code`,
 * so the worker packs and the page unpacks with these. The stack of the other side is dropped: it names files
 * that the reader cannot open, and may hold the page's URL.
 */

export interface PackedError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Anything thrown → plain data. What is not an `SdkError` gets `internal`. */
export function packError(thrown: unknown): PackedError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // By name: each lazy chunk brings a class of its own.
  return { code: thrown instanceof Error && thrown.name === 'SdkError' ? (thrown as SdkError).code : 'internal', message };
}

/** The reverse; never throws, whatever came. */
export function unpackError(packed: unknown): SdkError {
  const message = isRecord(packed) && typeof packed['message'] === 'string' ? packed['message'] : String(packed);
  return new SdkError(codeOf(packed) ?? 'internal', message);
}

/** The part of comlink's `TransferHandler` that is used here; core does not import comlink. */
interface ThrowHandler {
  canHandle(value: unknown): boolean;
  serialize(value: never): [unknown, unknown[]];
  deserialize: (value: never) => unknown;
}

interface Handlers {
  get(name: string): ThrowHandler | undefined;
  set(name: string, handler: never): unknown;
}

/** The worker's half: what is thrown leaves with its code. `packThrown(transferHandlers)` before `expose`. */
export function packThrown(handlers: Handlers): ThrowHandler {
  const original = handlers.get('throw');
  if (original === undefined) throw new SdkError('invalid-state', 'comlink has no `throw` handler: another version than 4?');
  const handler: ThrowHandler = { ...original, serialize: ({ value }: { value: unknown }): [PackedError, []] => [packError(value), []] };
  handlers.set('throw', handler as never); // comlink's map is typed for any handler, its value type names the DOM
  return handler;
}

/** Both halves, for the page's side: what arrives has class and code again. Once, before `wrap`. */
export function keepErrorCodes(handlers: Handlers): void {
  packThrown(handlers).deserialize = (packed) => {
    throw unpackError(packed);
  };
}

function codeOf(value: unknown): ErrorCode | undefined {
  const code = isRecord(value) ? value['code'] : undefined;
  return errorCodes.find((each) => each === code);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
