/**
 * What a server makes of a request, written from the style table of OpenAPI 3.1.1 and RFC 3986 alone: nothing here comes
 * from the code under test. Every style splits first and decodes afterwards.
 */
export type Shape = 'primitive' | 'array' | 'object';
export type Decoded = string | string[] | Record<string, string>;

/** The decoded value of the path segment that a path parameter fills. */
export function decodePath(
  segment: string,
  style: string,
  explode: boolean,
  shape: Shape,
  name: string,
): Decoded {
  if (style === 'simple') return decodeList(segment, explode, shape, ',');
  if (style === 'label') return decodeList(cut(segment, '.'), explode, shape, explode ? '.' : ',');
  const parts = cut(segment, ';').split(';').map(toPair);
  if (shape === 'object' && explode)
    return record(parts.map(([key, value]) => [unescape(key), unescape(value)]));
  for (const [key] of parts) if (unescape(key) !== name) throw new Error(`unexpected ${key}`);
  const values = parts.map(([, value]) => value);
  if (shape === 'array' && explode) return values.map(unescape);
  return decodeList(only(values), false, shape, ',');
}

/** The decoded value of a query string that holds one parameter. */
export function decodeQuery(
  query: string,
  style: string,
  explode: boolean,
  shape: Shape,
  name: string,
): Decoded {
  const pairs = query.split('&').map(toPair);
  if (style === 'deepObject') {
    return record(pairs.map(([key, value]) => [/^.*\[(.*)\]$/s.exec(unescape(key))![1]!, unescape(value)]));
  }
  if (shape === 'object' && explode)
    return record(pairs.map(([key, value]) => [unescape(key), unescape(value)]));
  for (const [key] of pairs) if (unescape(key) !== name) throw new Error(`unexpected ${key}`);
  const values = pairs.map(([, value]) => value);
  if (shape === 'array' && explode) return values.map(unescape);
  const delimiter = { spaceDelimited: '%20', pipeDelimited: '%7C', tabDelimited: '%09' }[style] ?? ',';
  return decodeList(only(values), false, shape, delimiter);
}

/** The decoded value of a header: like `simple`, but nothing is percent-encoded. */
export function decodeHeader(value: string, explode: boolean, shape: Shape): Decoded {
  if (shape === 'primitive') return value;
  const parts = value.split(',');
  if (shape === 'array') return parts;
  return record(explode ? parts.map(toPair) : inTwos(parts));
}

/** The decoded value of a `Cookie` header that holds one parameter. */
export function decodeCookie(cookie: string, explode: boolean, shape: Shape, name: string): Decoded {
  return decodeQuery(cookie.split('; ').join('&'), 'form', explode, shape, name);
}

/** The same for style `cookie` of OpenAPI 3.2, in which nothing is percent-encoded. */
export function decodePlainCookie(cookie: string, explode: boolean, shape: Shape, name: string): Decoded {
  const pairs = cookie.split('; ').map(toPair);
  if (shape === 'object' && explode) return record(pairs);
  for (const [key] of pairs) if (key !== name) throw new Error(`unexpected ${key}`);
  const values = pairs.map(([, value]) => value);
  if (shape === 'array' && explode) return values;
  if (shape === 'primitive') return only(values);
  const members = only(values).split(',');
  return shape === 'array' ? members : record(inTwos(members));
}

function decodeList(text: string, explode: boolean, shape: Shape, delimiter: string): Decoded {
  if (shape === 'primitive') return unescape(text);
  const parts = text.split(delimiter);
  if (shape === 'array') return parts.map(unescape);
  const pairs = explode ? parts.map(toPair) : inTwos(parts);
  return record(pairs.map(([key, value]) => [unescape(key), unescape(value)]));
}

function inTwos(parts: string[]): [string, string][] {
  if (parts.length % 2 !== 0) throw new Error('a key without a value');
  return parts.flatMap((key, index) =>
    index % 2 === 0 ? [[key, parts[index + 1]!] as [string, string]] : [],
  );
}

function toPair(text: string): [string, string] {
  const at = text.indexOf('=');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function record(pairs: [string, string][]): Record<string, string> {
  const keys = new Set(pairs.map(([key]) => key));
  if (keys.size !== pairs.length) throw new Error('a key twice');
  return Object.fromEntries(pairs);
}

function cut(text: string, prefix: string): string {
  if (!text.startsWith(prefix)) throw new Error(`${text} does not begin with ${prefix}`);
  return text.slice(prefix.length);
}

function only(values: string[]): string {
  if (values.length !== 1) throw new Error(`${values.length} values where one is expected`);
  return values[0]!;
}

function unescape(text: string): string {
  return Buffer.from(
    text.replace(/%([0-9A-F]{2})|[^]/g, (match, hex: string | undefined) =>
      hex === undefined ? match : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  ).toString('utf8');
}
