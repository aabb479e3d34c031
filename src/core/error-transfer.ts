import { errorCodes, SdkError, type ErrorCode } from './errors.js';

/**
 * How an error crosses to another thread: structured clone and comlink keep message and name but lose class and `code`,
 * so both sides of the worker border pack and unpack with these. The stack of the other side is dropped: it names files
 * that the reader cannot open, and may hold the page's URL.
 */

export interface PackedError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Anything thrown → plain data. What is not an `SdkError` gets `internal`, or the code it carries as a field. */
export function packError(thrown: unknown): PackedError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: codeOf(thrown) ?? 'internal', message };
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
  deserialize(value: never): unknown;
}

/**
 * Makes comlink's `throw` keep codes. Call once on each side, before `wrap` or `expose`:
 * `keepErrorCodes(transferHandlers)` with comlink's `transferHandlers`.
 */
export function keepErrorCodes(handlers: {
  get(name: string): ThrowHandler | undefined;
  set(name: string, handler: never): unknown;
}): void {
  const original = handlers.get('throw');
  if (original === undefined) throw new SdkError('invalid-state', 'comlink has no `throw` handler: another version than 4?');
  const handler = {
    canHandle: (value: unknown) => original.canHandle(value),
    serialize: ({ value }: { value: unknown }): [PackedError, []] => [packError(value), []],
    deserialize: (packed: unknown): never => {
      throw unpackError(packed);
    },
  };
  handlers.set('throw', handler as never); // comlink's map is typed for any handler, its value type names the DOM
}

function codeOf(value: unknown): ErrorCode | undefined {
  const code = isRecord(value) ? value['code'] : undefined;
  return errorCodes.find((each) => each === code);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
