import type { LogRecord, ParamsPatch, StoredExample } from '../core/profile/records.js';

/**
 * Structured clone copies the *whole* buffer behind a view: a patch of 3 weights cut from 2^16 would cost 256 KiB on
 * disk. Arrays that own their buffer pass through untouched.
 */
function ownFloats(array: Float32Array): Float32Array {
  return array.byteLength === array.buffer.byteLength ? array : array.slice();
}

function ownIndices(array: Uint32Array): Uint32Array {
  return array.byteLength === array.buffer.byteLength ? array : array.slice();
}

function compactExample(example: StoredExample): StoredExample {
  return {
    ...example,
    indices: ownIndices(example.indices),
    values: ownFloats(example.values),
    vector: example.vector === null ? null : ownFloats(example.vector),
  };
}

/** The same patch (or snapshot) in arrays that hold nothing else. */
export function compactPatch<Patch extends ParamsPatch>(patch: Patch): Patch {
  return {
    ...patch,
    linearIndices: ownIndices(patch.linearIndices),
    weights: ownFloats(patch.weights),
    accumulators: ownFloats(patch.accumulators),
    user: ownFloats(patch.user),
    inverse: ownFloats(patch.inverse),
  };
}

/** The same record in arrays that hold nothing else. */
export function compactRecord<Record extends Omit<LogRecord, 'position'>>(record: Record): Record {
  return {
    ...record,
    events: record.events.map((event) => ({ ...event, examples: event.examples.map(compactExample) })),
    patch: compactPatch(record.patch),
  };
}

/** The patch (or snapshot) in new memory: live parameters go on changing in place. */
export function copyPatch<Patch extends ParamsPatch>(patch: Patch): Patch {
  return {
    ...patch,
    linearIndices: patch.linearIndices.slice(),
    weights: patch.weights.slice(),
    accumulators: patch.accumulators.slice(),
    user: patch.user.slice(),
    inverse: patch.inverse.slice(),
  };
}

/** The record with its patch in new memory; examples never change, so they are shared unless they are views. */
export function copyRecord(record: LogRecord): LogRecord {
  return { ...compactRecord(record), patch: copyPatch(record.patch) };
}
