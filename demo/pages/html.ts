/** Markup that is safe to insert: everything put into a template is escaped unless it is markup itself. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | boolean | null | undefined | Html | readonly Part[];

/** Line breaks and indentation of a template are the source's, not the page's: they are sent as one space. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let strings = compact.get(template);
  if (strings === undefined) compact.set(template, (strings = template.map((text) => text.replace(/\s*\n\s*/g, ' '))));
  let markup = strings[0] ?? '';
  for (const [at, part] of parts.entries()) markup += render(part) + (strings[at + 1] ?? '');
  return { markup };
}

const compact = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A script whose text stays as it is, byte for byte: the content security policy names its hash. */
export function inlineScript(code: string, site?: string): Html {
  return trusted(`<script${site === undefined ? '' : ` data-site="${escape(site)}"`}>${code}</script>`);
}

export const trusted = (markup: string): Html => ({ markup });

/** Data for the page's own code; no `</script>` in it can end it early. */
export function dataScript(id: string, value: unknown): Html {
  return trusted(`<script type="application/json" id="${escape(id)}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`);
}

function render(part: Part): string {
  if (part === null || part === undefined || part === false || part === true) return '';
  if (typeof part === 'string') return escape(part);
  if (typeof part === 'number') return String(part);
  if ('markup' in part) return part.markup;
  return part.map(render).join('');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
