import { expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import { storageError } from './storage-error.js';

test.each([
  ['QuotaExceededError', 'storage-full'],
  ['VersionError', 'schema-newer'],
  ['DataCloneError', 'storage-corrupt'],
  ['SecurityError', 'storage-unavailable'],
  ['UnknownError', 'storage-unavailable'],
])('%s of the browser is %s of ours, with the cause kept', (name, code) => {
  const cause = new DOMException('as the browser said', name);
  const error = storageError(cause, 'appending to the log');
  expect(error).toBeInstanceOf(SdkError);
  expect(error.code).toBe(code);
  expect(error.cause).toBe(cause);
  expect(error.message).toContain('appending to the log');
});

test('an error of ours passes through untouched', () => {
  const error = new SdkError('invalid-state', 'as it was');
  expect(storageError(error, 'anything')).toBe(error);
});
