/** What the doctor reads out of the HTML as it was served; a browser may add to it later. */
export interface PageTag {
  /** Absolute URL of the script. */
  readonly src: string;
  readonly nonce: string | undefined;
  readonly hasIntegrity: boolean;
  /** `data-*` attributes by their name without `data-`. */
  readonly data: ReadonlyMap<string, string>;
}

/** The script tag that carries `data-site`, or null. */
export function findTag(html: string, pageUrl: string): PageTag | null {
  for (const [, attributeText] of withoutComments(html).matchAll(/<script\b([^>]*)>/gi)) {
    const attributes = attributesOf(attributeText!);
    const src = attributes.get('src');
    if (src === undefined || !attributes.has('data-site')) continue;
    const data = new Map([...attributes].filter(([name]) => name.startsWith('data-')).map(([name, value]) => [name.slice(5), value]));
    return { src: new URL(src, pageUrl).href, nonce: attributes.get('nonce'), hasIntegrity: attributes.has('integrity'), data };
  }
  return null;
}

/** Ids of the cards in marked lists, in order. */
export function findItemIds(html: string): string[] {
  return [...withoutComments(html).matchAll(/<[a-z][^>]*\bdata-homebody-item\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi)].map(
    ([, double, single, bare]) => decode(double ?? single ?? bare ?? ''),
  );
}

/** Values of `<meta http-equiv="Content-Security-Policy">`. */
export function findMetaPolicies(html: string): string[] {
  return [...withoutComments(html).matchAll(/<meta\b([^>]*)>/gi)]
    .map(([, attributeText]) => attributesOf(attributeText!))
    .filter((attributes) => attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy')
    .map((attributes) => attributes.get('content') ?? '');
}

function withoutComments(html: string): string {
  return html.replaceAll(/<!--[\s\S]*?-->/g, '');
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, double, single, bare] of text.matchAll(/([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
    if (!attributes.has(name!.toLowerCase())) attributes.set(name!.toLowerCase(), decode(double ?? single ?? bare ?? ''));
  }
  return attributes;
}

function decode(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
