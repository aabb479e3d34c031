import type { LogRecord, ParamsPatch } from '../core/profile/records.js';

type Numbers = Float32Array | Uint32Array;

/** The same object, each typed array in it put through `change`. */
function withArrays<Held extends object>(held: Held, change: (array: Numbers) => Numbers): Held {
  const entries = Object.entries(held).map(([name, value]: [string, unknown]) => [
    name,
    ArrayBuffer.isView(value) ? change(value as Numbers) : value, // records hold no other arrays
  ]);
  return Object.fromEntries(entries) as Held; // the same fields with the same types
}

/**
 * Structured clone copies the *whole* buffer behind a view: a patch of 3 weights cut from 2^16 would cost 256 KiB on
 * disk. Arrays that own their buffer pass through untouched.
 */
function own(array: Numbers): Numbers {
  return array.byteLength === array.buffer.byteLength ? array : array.slice();
}

/** The same patch (or snapshot) in arrays that hold nothing else. */
export function compactPatch<Patch extends ParamsPatch>(patch: Patch): Patch {
  return withArrays(patch, own);
}

/** The same record in arrays that hold nothing else. */
export function compactRecord<Record extends Omit<LogRecord, 'position'>>(record: Record): Record {
  return {
    ...record,
    events: record.events.map((event) => ({ ...event, examples: event.examples.map((example) => withArrays(example, own)) })),
    patch: compactPatch(record.patch),
  };
}

/** The patch (or snapshot) in new memory: live parameters go on changing in place. */
export function copyPatch<Patch extends ParamsPatch>(patch: Patch): Patch {
  return withArrays(patch, (array) => array.slice());
}

/** The record with its patch in new memory; examples never change, so they are shared unless they are views. */
export function copyRecord(record: LogRecord): LogRecord {
  return { ...compactRecord(record), patch: copyPatch(record.patch) };
}
