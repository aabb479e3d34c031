import { SdkError } from '../../core/errors.js';
import { parseDelimited } from './delimited.js';
import { toFeed, type Feed } from './feed.js';
import { parseJsonFeed } from './json-feeds.js';
import { parseMerchantXml } from './merchant-xml.js';

/**
 * A feed by what it begins with, not by its file name: `<` is Google Merchant XML, `[` or `{` is JSON (plain or
 * Shopify), anything else is CSV or TSV.
 * Errors: `catalogue-invalid` with line or record, what came and what was expected.
 *
 * @param source  the file's name, for messages
 */
export function parseFeed(text: string, source: string): Feed {
  const body = text.replace(/^\ufeff/, '');
  const first = body.trimStart()[0];
  if (first === undefined) throw new SdkError('catalogue-invalid', `${source}: the feed is empty`);
  const records =
    first === '<'
      ? parseMerchantXml(body, source)
      : first === '[' || first === '{'
        ? parseJsonFeed(body, source)
        : parseDelimited(body, source);
  if (records.length === 0) throw new SdkError('catalogue-invalid', `${source}: no items in the feed`);
  return toFeed(records, source);
}
