/**
 * How a lenient server may read a resource URI: scheme and authority in lower case, percent-encoding undone however
 * often it was applied, backslashes as slashes, repeated slashes as one, `.` and `..` resolved.
 *
 * Not a URI to send anywhere. Policy compares in this reading beside the plain text, so that `file:///a/%2e%2e/secret`
 * is not outside of what says `file:///secret`. A glob is read the same way; its `*` stays what it is.
 */
export function toLenientReading(uri: string): string {
  const plain = decodeRepeatedly(uri).replaceAll('\\', '/');
  const [, prefix = '', path = ''] = /^([^/?#]*:\/\/[^/?#]*)?([\s\S]*)$/.exec(plain) ?? [];
  // What looks like a query is resolved too: a server may have decoded its `?` from the path.
  return prefix === '' ? lowerScheme(resolveDots(path)) : prefix.toLowerCase() + resolveDots(path);
}

/** Deeper encodings than this are nobody's accident; what is left stays encoded. */
const MAX_ENCODINGS = 8;

function decodeRepeatedly(text: string): string {
  let decoded = text;
  for (let round = 0; round < MAX_ENCODINGS; round += 1) {
    if (!decoded.includes('%')) return decoded;
    const next = decoded.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
    );
    if (next === decoded) return decoded;
    decoded = next;
  }
  return decoded;
}

function resolveDots(path: string): string {
  if (!path.includes('//') && !/(^|\/)\.\.?(\/|$)/.test(path)) return path;
  const kept: string[] = [];
  for (const segment of path.split(/\/+/)) {
    if (segment === '..') {
      // The root's own empty first segment stays.
      if (kept.length > 1 || (kept.length === 1 && kept[0] !== '')) kept.pop();
    } else if (segment !== '.') {
      kept.push(segment);
    }
  }
  if (/(^|\/)\.\.?$/.test(path)) kept.push('');
  return kept.join('/');
}

/** `Mailto:x`: a scheme without `//`. */
function lowerScheme(text: string): string {
  return text.replace(/^[A-Za-z][A-Za-z0-9+.-]*:/, (scheme) => scheme.toLowerCase());
}
