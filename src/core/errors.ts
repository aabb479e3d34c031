/**
 * The closed list of codes. The same word stands in an exception, in a message from the worker and in an HTTP
 * problem body, so a shop can switch on it and a person can search for it.
 */
export const errorCodes = [
  // options and calls
  'invalid-options',
  'invalid-event',
  'invalid-state',
  'closed',
  'aborted',
  // consent and switches
  'no-consent',
  'switched-off',
  'ids-unmatched',
  // worker border
  'worker-blocked',
  'worker-died',
  'deadline-exceeded',
  'protocol-mismatch',
  // storage
  'storage-unavailable',
  'storage-full',
  'storage-blocked',
  'storage-corrupt',
  'schema-newer',
  // engines
  'engine-unavailable',
  'engine-lost',
  'engine-refused',
  'wasm-blocked',
  // catalogue
  'catalogue-unavailable',
  'catalogue-invalid',
  // rounds, client side
  'policy-refused',
  'budget-spent',
  'probation',
  'error-too-large',
  'overflow',
  // rounds, endpoint side
  'bad-frame',
  'bad-length',
  'bad-magic',
  'bad-version',
  'bad-kind',
  'bad-dimension',
  'out-of-range',
  'wrong-round',
  'wrong-policy',
  'unknown-task',
  'unknown-model',
  'round-closed',
  'replay',
  'undecryptable',
  'gpc-refused',
  'unauthorised',
  'too-busy',
  'not-found',
  'internal',
  'network',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** The one error class of the SDK. `message` is for a person: what was asked, what came, what to do. */
export class SdkError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SdkError';
    this.code = code;
  }
}

/** Wraps anything thrown as an `SdkError`, keeping one that already is. */
export function toSdkError(thrown: unknown, code: ErrorCode): SdkError {
  // By name: each lazy chunk brings a class of its own.
  if (thrown instanceof Error && thrown.name === 'SdkError') return thrown as SdkError;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SdkError(code, message, { cause: thrown });
}
