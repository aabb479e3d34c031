import { SdkError } from '../../core/errors.js';
import type { FeedRecord } from './feed.js';
import { fieldName, merchantRecord } from './merchant-fields.js';

/**
 * Google Merchant XML: RSS `<item>` or Atom `<entry>`, attributes as child elements. A reader for this one shape, not
 * for XML at large: no DTD, so no entity can be defined, and nothing is fetched.
 * Errors: `catalogue-invalid` with the line.
 */
export function parseMerchantXml(text: string, source: string): FeedRecord[] {
  const records: FeedRecord[] = [];
  const opening = /<(item|entry)(?:\s[^>]*)?>/g;
  let line = 1;
  let counted = 0;
  const lineAt = (at: number): number => {
    for (; counted < at; counted++) if (text.charCodeAt(counted) === 10) line += 1;
    return line;
  };
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const start = opening.lastIndex;
    const end = endOf(text, match[1]!, start);
    const place = `item ${records.length + 1} (line ${lineAt(match.index)})`;
    if (end === -1) throw new SdkError('catalogue-invalid', `${source}: ${place}: <${match[1]!}> is not closed; is the file complete?`);
    records.push(merchantRecord(fieldsOf(text.slice(start, end), source, place), place));
    opening.lastIndex = end;
  }
  if (records.length === 0)
    throw new SdkError('catalogue-invalid', `${source}: no <item> and no <entry> in the XML; expected a Google Merchant feed`);
  return records;
}

/** Place of the closing tag, CDATA jumped over. Looks no further than that tag: a feed has 100,000 of them. */
function endOf(text: string, element: string, start: number): number {
  const tag = `</${element}>`;
  for (let from = start, close = text.indexOf(tag, start); close !== -1; close = text.indexOf(tag, from)) {
    const data = text.slice(from, close).lastIndexOf('<![CDATA[');
    const dataEnd = data === -1 ? -1 : text.indexOf(']]>', from + data);
    if (data === -1 || (dataEnd !== -1 && dataEnd < close)) return close;
    if (dataEnd === -1) return -1;
    from = dataEnd + 3; // the tag was text within the data
  }
  return -1;
}

/** Children one level down, by `fieldName`; the first of each name counts. Deeper elements (`<g:shipping>`) are skipped. */
function fieldsOf(body: string, source: string, place: string): Map<string, string> {
  const fields = new Map<string, string>();
  const opening = /<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->|<([A-Za-z_][\w:.-]*)(?:\s[^>]*?)?(\/)?>/g;
  for (let match = opening.exec(body); match !== null; match = opening.exec(body)) {
    const name = match[1];
    if (name === undefined || match[2] === '/') continue;
    const end = endOf(body, name, opening.lastIndex);
    if (end === -1) throw new SdkError('catalogue-invalid', `${source}: ${place}: <${name}> is not closed within its item`);
    const inner = body.slice(opening.lastIndex, end);
    const key = fieldName(name);
    if (!fields.has(key)) fields.set(key, textOf(inner));
    opening.lastIndex = end + name.length + 3;
  }
  return fields;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text of an element: CDATA as it is, entities decoded, tags within dropped. */
function textOf(inner: string): string {
  return inner
    .split(/(<!\[CDATA\[[\s\S]*?\]\]>)/)
    .map((part) => (part.startsWith('<![CDATA[') ? part.slice(9, -3) : decodeEntities(part.replaceAll(/<[^>]*>/g, ' '))))
    .join('')
    .trim();
}

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
