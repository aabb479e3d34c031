/** UTF-8 by hand: `core` has neither TextEncoder nor TextDecoder. A lone surrogate becomes U+FFFD. */
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

/** Trusts its input to be UTF-8 (a chunk's hash was checked before); anything else gives wrong letters, never an error. */
export function decodeUtf8(bytes: Uint8Array): string {
  const codes = new Uint16Array(4_096);
  let text = '';
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at++]!;
    const more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    let point = more === 0 ? lead : lead & (63 >> more);
    for (let n = 0; n < more; n++) point = (point << 6) | (bytes[at++]! & 63);
    if (point > 0xffff) {
      codes[length++] = 0xd7c0 + (point >> 10);
      codes[length++] = 0xdc00 | (point & 1_023);
    } else codes[length++] = point;
    if (length > codes.length - 2 || at >= bytes.length) {
      text += String.fromCharCode(...codes.subarray(0, length));
      length = 0;
    }
  }
  return text;
}
