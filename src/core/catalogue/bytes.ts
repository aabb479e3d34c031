import { SdkError } from '../errors.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

/** Grows as it is written. Whole numbers are unsigned LEB128, columns are byte planes (they compress far better). */
export class ByteWriter {
  #bytes = new Uint8Array(1_024);
  #length = 0;

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** @param value  whole, 0 to 2^53 */
  count(value: number): void {
    this.#reserve(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) + 128;
    this.#bytes[this.#length++] = rest;
  }

  block(bytes: Uint8Array): void {
    this.count(bytes.length);
    this.raw(bytes);
  }

  /** Strings in one UTF-8 text; none may hold a line break. */
  texts(texts: readonly string[]): void {
    this.block(encodeUtf8(texts.join('\n')));
  }

  /** Unsigned 32-bit numbers, lowest bytes of all rows first. Length is the reader's to know. */
  column(values: ArrayLike<number>): void {
    let highest = 0;
    for (let row = 0; row < values.length; row++) highest = Math.max(highest, values[row]!);
    let width = 0;
    while (highest >= 256 ** width) width += 1;
    this.count(width);
    for (let plane = 0; plane < width; plane++) {
      this.#reserve(values.length);
      for (let row = 0; row < values.length; row++) this.#bytes[this.#length++] = values[row]! >>> (8 * plane);
    }
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** Reads what `ByteWriter` wrote; checks every length before it is used. Errors: `catalogue-invalid`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  raw(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw broken(`ends at byte ${this.#bytes.length}, ${length} more expected at ${this.#at}`);
    return this.#bytes.subarray(this.#at, (this.#at += length));
  }

  count(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.raw(1)[0]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw broken(`a number before byte ${this.#at} has no end`);
  }

  block(): Uint8Array {
    return this.raw(this.count());
  }

  text(): string {
    return decodeUtf8(this.block());
  }

  /** A short table of strings. */
  texts(): string[] {
    return this.text().split('\n');
  }

  /** @returns [rows], every number below `limit` */
  column(rows: number, limit = 2 ** 32): Uint32Array {
    const width = this.count();
    if (width > 4) throw broken(`a column is ${width} bytes wide, at most 4`);
    const values = new Uint32Array(rows);
    for (let plane = 0; plane < width; plane++) {
      const bytes = this.raw(rows);
      for (let row = 0; row < rows; row++) values[row]! |= bytes[row]! << (8 * plane);
    }
    for (let row = 0; row < rows; row++)
      if (values[row]! >= limit) throw broken(`row ${row} says ${values[row]}, expected less than ${limit}`);
    return values;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw broken(`${this.#bytes.length - this.#at} bytes too many`);
  }
}

export function broken(detail: string): SdkError {
  return new SdkError('catalogue-invalid', `a catalogue chunk is broken: ${detail}. Build the catalogue again.`);
}
