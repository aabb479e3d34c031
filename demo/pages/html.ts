/** Markup that is safe to insert: everything put into a template is escaped unless it is markup itself. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | boolean | null | undefined | Html | readonly Part[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0] ?? '';
  for (const [at, part] of parts.entries()) markup += render(part) + (strings[at + 1] ?? '');
  return { markup };
}

export const trusted = (markup: string): Html => ({ markup });

/** For `<script type="application/json">`: no `</script>` can end it early. */
export const json = (value: unknown): Html => trusted(JSON.stringify(value).replaceAll('<', '\\u003c'));

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
