/**
 * The spellings of a resource URI. Servers decode it, hand it to a URL parser, take its path apart, or all three, and
 * none of them says which; so policy compares everything that a server may make of it.
 */

/**
 * What a server may take `uri` for: every text that percent-decoding, a URL parser (WHATWG: it strips tabs and newlines,
 * reads `file:/a` and `file://localhost/a` as `file:///a`) and {@link toLenientReading} make of it, in any order. Each in
 * its lenient reading. What opens has to hold for all of them.
 *
 * @returns undefined where the URI is too long, or there are too many to tell: nobody means such a URI.
 */
export function toReadings(uri: string): readonly string[] | undefined {
  const texts = collect(uri, NORMALISERS);
  return texts && [...new Set(texts.map(toLenientReading))];
}

/**
 * {@link toReadings}, and each of them without its fragment, its query and a slash at its end, which servers ignore. What
 * closes holds where it holds for one of them.
 */
export function toClosingReadings(uri: string): readonly string[] | undefined {
  const texts = collect(uri, [...NORMALISERS, dropFragment, dropQuery]);
  return texts && [...new Set(texts.map(toLenientReading).flatMap(withAndWithoutSlash))];
}

/** {@link toReadings} and {@link toClosingReadings} of one URI after the other. */
export interface ResourceReader {
  readonly toReadings: typeof toReadings;
  readonly toClosingReadings: typeof toClosingReadings;
}

/** Remembers the last URI: rule after rule is asked about the same one. */
export function createResourceReader(): ResourceReader {
  return {
    toReadings: rememberLast(toReadings),
    toClosingReadings: rememberLast(toClosingReadings),
  };
}

function rememberLast<T>(compute: (uri: string) => T): (uri: string) => T {
  let last: { readonly uri: string; readonly value: T } | undefined;
  return (uri) => {
    if (last?.uri !== uri) last = { uri, value: compute(uri) };
    return last.value;
  };
}

/** The forms of a glob that {@link toReadings} of a URI are compared with. */
export function toGlobReadings(glob: string): readonly string[] {
  const texts = collect(glob, NORMALISERS) ?? [];
  return [...new Set(texts.flatMap((text) => [toLenientReading(text), toReadingOf(text, UP_TO_WILDCARD)]))];
}

/** The forms of a glob that {@link toClosingReadings} of a URI are compared with. */
export function toClosingGlobReadings(glob: string): readonly string[] {
  // Without its slash, `*` + `/` would be everything.
  const forms = toGlobReadings(glob);
  return glob.includes('*') ? forms : forms.flatMap(withAndWithoutSlash);
}

/**
 * How a lenient server may read a resource URI: scheme and authority in lower case, percent-encoding undone however
 * often it was applied, backslashes as slashes, repeated slashes as one, `.` and `..` resolved.
 *
 * Not a URI to send anywhere. A glob is read the same way; its `*` stays what it is.
 */
export function toLenientReading(uri: string): string {
  return toReadingOf(uri, WHOLE_AUTHORITY);
}

type Normaliser = (text: string) => string;

/** Each step on its own: a `%2F` or `\` that is no slash yet makes one folder of two, and `..` leaves another. */
const NORMALISERS: readonly Normaliser[] = [
  decodeOnce,
  parseAsUrl,
  stripAsParsersDo,
  toForwardSlashes,
  (text) => resolve(text, WHOLE_AUTHORITY),
];

/** A URI that somebody means has a handful. */
const MAX_TEXTS = 64;

/** What HTTP asks of everybody (RFC 9110 section 4.1), rounded up. Reading a longer one would hold up other calls. */
const MAX_LENGTH = 8192;

/** `text`, and all that `normalisers` make of it, one after the other in any order. */
function collect(text: string, normalisers: readonly Normaliser[]): string[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const texts = new Set([text]);
  // A set hands out what is added to it on the way.
  for (const known of texts) {
    for (const normalise of normalisers) texts.add(normalise(known));
    if (texts.size > MAX_TEXTS) return undefined;
  }
  return [...texts];
}

function parseAsUrl(text: string): string {
  return URL.parse(text)?.href ?? text;
}

/**
 * What URL parsers of every language do first, for what the parser above refuses to parse. The path ends before a query:
 * a server that takes it out may have it parsed once more.
 */
function stripAsParsersDo(text: string): string {
  const path = dropQuery(text);
  return (trim(path) + trim(text.slice(path.length))).replaceAll(/[\t\n\r]+/g, '');
}

/** C0 controls and spaces. No regular expression: its time would be the square of many spaces. */
function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text.charCodeAt(start) <= 0x20) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end -= 1;
  return text.slice(start, end);
}

function dropFragment(text: string): string {
  return text.split('#', 1)[0] ?? text;
}

function dropQuery(text: string): string {
  return text.split(/[?#]/, 1)[0] ?? text;
}

function withAndWithoutSlash(text: string): string[] {
  return text.endsWith('/') ? [text, text.slice(0, -1)] : [text];
}

const WHOLE_AUTHORITY = /^([^/?#]*:\/\/[^/?#]*)?([\s\S]*)$/;
/** In a glob, what follows a `*` may be of the path, where case counts. */
const UP_TO_WILDCARD = /^([^/?#*]*:\/\/[^/?#*]*)?([\s\S]*)$/;

function toReadingOf(uri: string, prefixAndPath: RegExp): string {
  return resolve(toForwardSlashes(decodeRepeatedly(uri)), prefixAndPath);
}

function toForwardSlashes(text: string): string {
  return text.replaceAll('\\', '/');
}

function resolve(text: string, prefixAndPath: RegExp): string {
  const [, prefix = '', path = ''] = prefixAndPath.exec(text) ?? [];
  // What looks like a query is resolved too: a server may have decoded its `?` from the path.
  return prefix === '' ? lowerScheme(resolveDots(path)) : prefix.toLowerCase() + resolveDots(path);
}

/** Deeper encodings than this are nobody's accident; what is left stays encoded. */
const MAX_ENCODINGS = 8;

function decodeRepeatedly(text: string): string {
  let decoded = text;
  for (let round = 0; round < MAX_ENCODINGS; round += 1) {
    const next = decodeOnce(decoded);
    if (next === decoded) return decoded;
    decoded = next;
  }
  return decoded;
}

function decodeOnce(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

function resolveDots(path: string): string {
  if (!path.includes('//') && !/(^|\/)\.\.?([/?#]|$)/.test(path)) return path;
  const kept: string[] = [];
  for (const segment of path.split(/\/+/)) {
    // `..?x` is a dot segment before a query.
    const [, dots, query = ''] = /^(\.\.?)([?#][\s\S]*)?$/.exec(segment) ?? [];
    // The root's own empty first segment stays.
    if (dots === '..' && (kept.length > 1 || (kept.length === 1 && kept[0] !== ''))) kept.pop();
    if (dots === undefined || query !== '') kept.push(dots === undefined ? segment : query);
  }
  if (/(^|\/)\.\.?$/.test(path)) kept.push('');
  return kept.join('/');
}

/** `Mailto:x`: a scheme without `//`. */
function lowerScheme(text: string): string {
  return text.replace(/^[A-Za-z][A-Za-z0-9+.-]*:/, (scheme) => scheme.toLowerCase());
}
