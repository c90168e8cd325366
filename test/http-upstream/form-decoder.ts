/**
 * What a server makes of a form, written from the WHATWG URL standard, RFC 7578 and the conventions of frameworks alone:
 * nothing here comes from the code under test.
 */
export type Tree = string | Tree[] | { [key: string]: Tree };

/** The pairs of an `application/x-www-form-urlencoded` text, in order. */
export function readPairs(text: string): [string, string][] {
  return text === ''
    ? []
    : text.split('&').map((pair) => {
        const at = pair.indexOf('=');
        if (at === -1) throw new Error(`no = in ${pair}`);
        return [unescape(pair.slice(0, at)), unescape(pair.slice(at + 1))];
      });
}

/** The value that pairs with paths in their names come from; `php` reads `l[]` as the next member of a list. */
export function readTree(
  pairs: readonly (readonly [string, string])[],
  convention: 'brackets' | 'php' | 'dots',
): Tree {
  const root = new Map<string, unknown>();
  for (const [name, value] of pairs) {
    const path = convention === 'dots' ? name.split('.') : splitBrackets(name);
    let at = root;
    for (const [index, key] of path.entries()) {
      const own = key === '' && index > 0 ? String(at.size) : key;
      if (index === path.length - 1) {
        if (at.has(own)) throw new Error(`${name} twice`);
        at.set(own, value);
      } else {
        if (!at.has(own)) at.set(own, new Map());
        at = at.get(own) as Map<string, unknown>;
      }
    }
  }
  return toTree(root, true);
}

function splitBrackets(name: string): string[] {
  const first = name.indexOf('[');
  if (first === -1) return [name];
  const rest = name.slice(first);
  const keys = [...rest.matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1]!);
  if (keys.map((key) => `[${key}]`).join('') !== rest) throw new Error(`odd brackets in ${name}`);
  return [name.slice(0, first), ...keys];
}

/** Numbers from zero on are a list; the test gives no map such keys. */
function toTree(value: unknown, isRoot: boolean): Tree {
  if (!(value instanceof Map)) return value as string;
  const entries = [...value].map(([key, member]) => [String(key), toTree(member, false)] as const);
  const isList = !isRoot && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}

/** One part of a multipart body. Header names in lower case. */
export interface DecodedPart {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

/** The parts of a multipart body, RFC 2046 §5.1.1. */
export function readMultipart(body: Uint8Array, contentType: string): DecodedPart[] {
  const boundary = /;\s*boundary=([^;\s"]+)$/.exec(contentType)?.[1];
  if (boundary === undefined || boundary.length > 70) throw new Error(`no boundary in ${contentType}`);
  const bytes = Buffer.concat([Buffer.from('\r\n'), body]);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts: DecodedPart[] = [];
  for (let at = bytes.indexOf(delimiter); ;) {
    if (at === -1) throw new Error('no closing boundary');
    const start = at + delimiter.length;
    if (bytes.subarray(start, start + 2).toString() === '--') {
      if (bytes.subarray(start + 2).toString() !== '\r\n') throw new Error('something after the end');
      return parts;
    }
    if (bytes.subarray(start, start + 2).toString() !== '\r\n') throw new Error('a boundary inside a line');
    const next = bytes.indexOf(delimiter, start);
    parts.push(readPart(bytes.subarray(start + 2, next)));
    at = next;
  }
}

function readPart(part: Buffer): DecodedPart {
  const end = part.indexOf('\r\n\r\n');
  if (end === -1) throw new Error('a part without an empty line');
  const lines = part.subarray(0, end).toString('utf8').split('\r\n');
  const headers = lines.map((line) => {
    const match = /^([A-Za-z-]+): ([^\r\n]*)$/.exec(line);
    if (match === null) throw new Error(`odd header ${line}`);
    return [match[1]!.toLowerCase(), match[2]!] as const;
  });
  if (new Set(headers.map(([name]) => name)).size !== headers.length) throw new Error('a header twice');
  return { headers: Object.fromEntries(headers), content: part.subarray(end + 4) };
}

/** A parameter of `Content-Disposition`, in the escapes of HTML. */
export function readDisposition(part: DecodedPart, parameter: 'name' | 'filename'): string | undefined {
  const header = part.headers['content-disposition'] ?? '';
  const match = new RegExp(`; ${parameter}="([^"]*)"`).exec(header);
  return match?.[1]?.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%22', '"');
}

function unescape(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
