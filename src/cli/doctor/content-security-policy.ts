/**
 * As much of CSP level 3 as the doctor asks about: may this page load that URL?
 * @see https://www.w3.org/TR/CSP3/#match-url-to-source-list
 */
export type Directive = 'script-src' | 'worker-src' | 'connect-src';

/** One policy: directive → sources. All policies of a page must allow. */
export type ContentSecurityPolicy = ReadonlyMap<string, readonly string[]>;

/** @param texts  values of the header (comma-separated policies) and of `<meta http-equiv>` */
export function parsePolicies(texts: readonly string[]): ContentSecurityPolicy[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const policy = new Map<string, readonly string[]>();
      for (const part of text.split(';')) {
        const [name, ...sources] = part.trim().split(/\s+/);
        const key = name?.toLowerCase() ?? '';
        if (key !== '' && !policy.has(key)) policy.set(key, sources); // the first of a name counts
      }
      return policy;
    })
    .filter((policy) => policy.size > 0);
}

const fallbacks: Readonly<Record<Directive, readonly string[]>> = {
  'script-src': ['script-src-elem', 'script-src', 'default-src'],
  'worker-src': ['worker-src', 'child-src', 'script-src', 'default-src'],
  'connect-src': ['connect-src', 'default-src'],
};

/** The source list that decides, or null where the policy says nothing about it. */
export function sourcesFor(policy: ContentSecurityPolicy, directive: Directive): readonly string[] | null {
  for (const name of fallbacks[directive]) {
    const sources = policy.get(name);
    if (sources !== undefined) return sources;
  }
  return null;
}

/**
 * @param url    absolute, or `blob:` for any blob of the page
 * @param nonce  of the script element, where it has one
 */
export function allows(
  policies: readonly ContentSecurityPolicy[],
  directive: Directive,
  url: string,
  pageUrl: string,
  nonce?: string,
): boolean {
  return policies.every((policy) => {
    const sources = sourcesFor(policy, directive);
    if (sources === null) return true;
    if (nonce !== undefined && sources.includes(`'nonce-${nonce}'`)) return true;
    // With 'strict-dynamic' hosts are ignored: only nonces and hashes let a script in.
    if (directive === 'script-src' && sources.includes("'strict-dynamic'")) return false;
    return sources.some((source) => matches(source, url, pageUrl));
  });
}

function matches(source: string, url: string, pageUrl: string): boolean {
  const target = new URL(url === 'blob:' ? `blob:${new URL(pageUrl).origin}/0` : url);
  if (source === "'self'") return target.protocol !== 'blob:' && target.origin === new URL(pageUrl).origin;
  if (source.startsWith("'")) return false;
  if (source === '*') return /^(https?|wss?):$/.test(target.protocol);
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return target.protocol === source.toLowerCase();
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[^:/*]+)(?::(\d+|\*))?(\/.*)?$/i.exec(source);
  if (parts === null || target.protocol === 'blob:') return false;
  const [, scheme, host, port, path] = parts;
  const wantedScheme = `${scheme?.toLowerCase() ?? new URL(pageUrl).protocol.slice(0, -1)}:`;
  const isScheme = target.protocol === wantedScheme || (wantedScheme === 'http:' && target.protocol === 'https:');
  const isHost =
    host === '*' ||
    (host!.startsWith('*.') ? target.hostname.endsWith(host!.slice(1).toLowerCase()) : target.hostname === host!.toLowerCase());
  const defaultPort = target.protocol === 'https:' ? '443' : '80';
  const isPort = port === '*' || (port === undefined ? target.port === '' : (target.port === '' ? defaultPort : target.port) === port);
  const isPath = path === undefined || (path.endsWith('/') ? target.pathname.startsWith(path) : target.pathname === path);
  return isScheme && isHost && isPort && isPath;
}
