import { describe, expect, test } from 'vitest';
import { parsePrice } from './feed.js';
import { parseFeed } from './parse-feed.js';

describe('Google Merchant XML', () => {
  const xml = `<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item>
  <g:id>SKU-1-S</g:id><g:item_group_id>SKU-1</g:item_group_id>
  <title><![CDATA[Shirt <b>& tie</b> </item>]]></title>
  <g:brand>Alder &amp; Co</g:brand><g:price>1,299.00 EUR</g:price><g:sale_price>999.50 EUR</g:sale_price>
  <g:product_type>Clothing &gt; Shirts &gt; Formal</g:product_type>
  <g:google_product_category>212</g:google_product_category>
  <g:color>Black/White</g:color><g:size>S</g:size><g:availability>out of stock</g:availability>
  <g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping>
</item>
<item><g:id>SKU-1-M</g:id><g:item_group_id>SKU-1</g:item_group_id><title>Shirt</title><g:price>899 EUR</g:price><g:size>M</g:size><g:availability>in_stock</g:availability></item>
<item><g:id>HAT</g:id><title>Caf&#233; hat &#x1F3A9;</title><g:price>12.00 EUR</g:price></item>
</channel></rss>`;

  test('joins variants to their product and reads text as a shop means it', () => {
    const { items, problems, records } = parseFeed(xml, 'feed.xml');
    expect(problems).toEqual([]);
    expect(records).toBe(3);
    expect(items).toEqual([
      {
        id: 'SKU-1',
        name: 'Shirt <b>& tie</b> </item>',
        brand: 'Alder & Co',
        categories: ['Clothing', 'Shirts', 'Formal'],
        price: 899,
        tags: ['color:black', 'color:white', 'size:s', 'size:m'],
        variantIds: ['SKU-1-S', 'SKU-1-M'],
        available: true,
      },
      { id: 'HAT', name: 'Café hat 🎩', categories: [], price: 12, tags: [], variantIds: [], available: true },
    ]);
  });

  test('reads Atom entries too', () => {
    const atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><g:id>1</g:id><title>One</title></entry></feed>';
    expect(parseFeed(atom, 'a.xml').items).toMatchObject([{ id: '1', name: 'One' }]);
  });

  test.each([
    ['an item that does not end', xml.slice(0, 300), /feed: item 1 \(line 3\): <item> is not closed/],
    ['a field that does not end', '<rss><item><g:id>1</item></rss>', /item 1 \(line 1\): <g:id> is not closed/],
    ['no items', '<html><body>Not found</body></html>', /no <item> and no <entry>/],
    [
      'a price in words',
      '<rss>\n<item><g:id>1</g:id><g:price>call us</g:price></item></rss>',
      /item 1 \(line 2\): price is "call us", expected a number/,
    ],
    ['no id', '<rss><item><title>x</title></item></rss>', /item 1 \(line 1\): no id/],
  ])('with %s is refused, with the place', (_, text, message) => {
    expect(() => parseFeed(text, 'feed')).toThrow(message);
  });

  test('cannot be made to expand entities of its own', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><rss><item><g:id>1</g:id><title>&a;&a;</title></item></rss>';
    expect(parseFeed(bomb, 'feed').items[0]!.name).toBe('&a;&a;');
  });
});

describe('CSV and TSV', () => {
  test('reads quotes, doubled quotes and line breaks within quotes', () => {
    const csv = 'id,title,price,product type,color\r\n1,"A ""big"" chair,\nred",12.50,Home > Chairs,Red\r\n2,Stool,,,\r\n';
    expect(parseFeed(csv, 'f.csv').items).toMatchObject([
      { id: '1', name: 'A "big" chair, red', price: 12.5, categories: ['Home', 'Chairs'], tags: ['color:red'] },
      { id: '2', name: 'Stool' },
    ]);
  });

  test.each([
    ['tabs', 'id\ttitle\titem group id\nA1\tA, small\tA\nA2\tA, large\tA\n'],
    ['semicolons and a byte-order mark', '\ufeffid;title;item_group_id\nA1;A, small;A\nA2;A, large;A'],
  ])('finds %s by itself', (_, text) => {
    expect(parseFeed(text, 'f').items).toMatchObject([{ id: 'A', name: 'A, small', variantIds: ['A1', 'A2'] }]);
  });

  test.each([
    ['no id column', 'name,price\nx,1', /line 1: the header is “name,price”, expected column names with “id”/],
    ['too many columns', 'id,title\n1,ok\n2,a,b', /line 3: 3 columns, expected 2/],
    ['an open quote', 'id,title\n1,ok\n2,"open', /line 3: a quote is opened and never closed/],
    ['text after a quote', 'id,title\n1,"a"b', /line 2: “b” after a closing quote/],
    ['an id twice', 'id,title\n1,a\n1,b', /line 3: id 1 was there before/],
    ['nothing but a header', 'id,title\n', /no items/],
    ['nothing', ' \n', /the feed is empty/],
  ])('with %s is refused, with the line', (_, text, message) => {
    expect(() => parseFeed(text, 'f.csv')).toThrow(message);
  });

  test('one bad line in a hundred is left out and told, two are too many', () => {
    const good = Array.from({ length: 100 }, (_, n) => `${n},12`);
    const one = parseFeed(['id,price', ...good.slice(1), 'x,free'].join('\n'), 'f.csv');
    expect(one.items).toHaveLength(99);
    expect(one.problems).toEqual(['line 101: price is "free", expected a number such as 12.99 or “12.99 EUR”']);
    expect(() => parseFeed(['id,price', ...good.slice(2), 'x,free', 'y,free'].join('\n'), 'f.csv')).toThrow(/2 of 100 records are bad/);
  });
});

describe('JSON', () => {
  test('plain items, variants as ids or objects', () => {
    const text = JSON.stringify([
      {
        id: 'a',
        name: 'A',
        brand: 'B',
        categories: ['c', 'd'],
        price: 3,
        tags: ['hue:blue'],
        available: false,
        variants: [{ id: 'a-1', price: 3 }, 'a-2'],
      },
      { id: 7 },
    ]);
    expect(parseFeed(text, 'f.json').items).toEqual([
      {
        id: 'a',
        name: 'A',
        brand: 'B',
        categories: ['c', 'd'],
        price: 3,
        tags: ['hue:blue'],
        available: false,
        variantIds: ['a-1', 'a-2'],
      },
      { id: '7', categories: [], tags: [], available: true, variantIds: [] },
    ]);
    expect(parseFeed(`{"items":${text}}`, 'f.json').items).toHaveLength(2);
  });

  test('Shopify’s products.json', () => {
    const text = JSON.stringify({
      products: [
        {
          id: 632910392,
          title: 'IPod Nano - 8GB',
          vendor: 'Apple',
          product_type: 'Cult Products',
          tags: ['Emotive', 'Flash Memory'],
          options: [{ name: 'Color', values: ['Pink', 'Red'] }],
          variants: [
            { id: 808950810, sku: 'IPOD2008PINK', price: '199.00', available: false },
            { id: 49148385, sku: 'IPOD2008RED', price: '189.00', available: true },
          ],
        },
        {
          id: 2,
          title: 'Sold out',
          tags: 'a, b',
          options: [{ name: 'Title', values: ['Default Title'] }],
          variants: [{ id: 3, price: '1.00', available: false }],
        },
      ],
    });
    expect(parseFeed(text, 'products.json').items).toEqual([
      {
        id: '632910392',
        name: 'IPod Nano - 8GB',
        brand: 'Apple',
        categories: ['Cult Products'],
        price: 189,
        tags: ['Emotive', 'Flash Memory', 'color:pink', 'color:red'],
        available: true,
        variantIds: ['808950810', 'IPOD2008PINK', '49148385', 'IPOD2008RED'],
      },
      { id: '2', name: 'Sold out', categories: [], price: 1, tags: ['a', 'b'], available: false, variantIds: ['3'] },
    ]);
  });

  test.each([
    ['broken JSON', '[{"id": 1},', /no valid JSON/],
    ['another shape', '{"things": []}', /expected a list of items/],
    ['a text for an item', '[{"id":"a"}, "b"]', /item 2 is "b", expected an object/],
    ['tags that are no texts', '[{"id":"a","tags":[1]}]', /item 1: tags is \[1\], expected a list of texts/],
    ['an object for a price', '[{"id":"a","price":{}}]', /item 1: price is {}/],
    ['a negative price', '[{"id":"a","price":-1}]', /item 1: price is -1/],
    ['no items', '[]', /no items/],
  ])('with %s is refused, with the record', (_, text, message) => {
    expect(() => parseFeed(text, 'f.json')).toThrow(message);
  });
});

test.each([
  ['12', 12],
  ['12.99', 12.99],
  ['12,99 EUR', 12.99],
  ['1,299.00 USD', 1299],
  ['EUR 1.299,50', 1299.5],
  ['1 299,00 €', 1299],
  ['$5', 5],
  ['1,299', 1299],
  ['0', 0],
  ['', undefined],
  ['free', null],
  ['12.99 per piece', null],
  ['-3', null],
])('the price %j is %j', (text, expected) => {
  expect(parsePrice(text)).toBe(expected);
});

test('40,000 items are read in seconds, not in minutes', { timeout: 20_000 }, () => {
  // Searching each item's end to the end of the file took a minute here.
  const xml = `<rss>${Array.from({ length: 40_000 }, (_, n) => `<item><g:id>${n}</g:id><title>Thing ${n}</title><g:price>${n} EUR</g:price></item>\n`).join('')}</rss>`;
  expect(parseFeed(xml, 'feed').items).toHaveLength(40_000);
});
