/** A lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(3 * text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    let point = text.charCodeAt(at);
    if (point >= 0xd800 && point < 0xe000) {
      const whole = text.codePointAt(at)!;
      if (whole > 0xffff) at += 1;
      point = whole > 0xffff ? whole : 0xfffd;
    }
    if (point < 0x80) bytes[length++] = point;
    else {
      if (point < 0x800) bytes[length++] = 0xc0 | (point >> 6);
      else {
        if (point < 0x10000) bytes[length++] = 0xe0 | (point >> 12);
        else {
          bytes[length++] = 0xf0 | (point >> 18);
          bytes[length++] = 0x80 | ((point >> 12) & 63);
        }
        bytes[length++] = 0x80 | ((point >> 6) & 63);
      }
      bytes[length++] = 0x80 | (point & 63);
    }
  }
  return bytes.slice(0, length);
}

/** In every browser, worker and Node, and a function of its bytes alone; no library of the language itself declares it. */
declare const TextDecoder: new (label: string, options: { readonly ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string };

/** What is no UTF-8 becomes U+FFFD, never an error: a chunk's hash was checked before. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
