import { createHash } from 'node:crypto';
import type { BodyBinding } from '../../catalog/binding.ts';
import { checkSize, chooseMimeType, readFile } from './file-content.ts';
import { encodingOf, toFormFields, type FormField, type FormProperty } from './form-fields.ts';
import { invalidArgument } from './invalid-argument.ts';
import type { Encode } from './percent-encoding.ts';
import type { Json } from '../../catalog/json.ts';

/** One part of a multipart body: its header lines and its content. */
interface Part {
  readonly headers: readonly string[];
  readonly content: Buffer;
}

/** A multipart body and the `Content-Type` that names its boundary. */
export interface Multipart {
  readonly content: Uint8Array;
  readonly mediaType: string;
}

/**
 * The properties of a body as parts: RFC 7578, and the defaults of OpenAPI 3.1.1 §4.8.15. In their order, but files last: servers
 * that read a file as it comes have all fields by then.
 */
export function toMultipart(properties: readonly FormProperty[], body: BodyBinding): Multipart {
  const isFile = ({ name }: FormProperty): boolean => encodingOf(body, name).file !== undefined;
  const names = properties.map(({ name }) => name);
  const texts = properties.filter((property) => !isFile(property));
  const fields = toFormFields(texts, names, body, (_encoding, argument) => checkerOf(argument));
  const files = properties.filter(isFile).flatMap((property) => toFileParts(property, body));
  let total = 0;
  for (const { argument, part } of files) checkSize((total += part.content.length), argument);
  return joinParts([...fields.map(toTextPart), ...files.map(({ part }) => part)], body.mediaType);
}

/** The items of a list as parts without names, for a multipart body that is no form (RFC 2046 §5.1). */
export function toUnnamedParts(items: readonly Json[], body: BodyBinding, argument: string): Multipart {
  const properties = items.map((value) => ({ name: '', argument, value }));
  const fields = toFormFields(properties, [], body, () => checkerOf(argument));
  const parts = fields.map(({ value, contentType }) => ({
    headers: [`Content-Type: ${contentType}`],
    content: Buffer.from(value, 'utf8'),
  }));
  return joinParts(parts, body.mediaType);
}

/** Nothing is percent-encoded in a part, so what would part a value in two is refused. */
function checkerOf(argument: string): Encode {
  return (text, separators = '') => {
    const found = separators.split('').find((separator) => text.includes(separator));
    if (found === undefined) return text;
    throw invalidArgument(argument, `a member holds "${found}", which separates the members here`);
  };
}

function toFileParts(property: FormProperty, body: BodyBinding): { argument: string; part: Part }[] {
  const { name, argument, value } = property;
  const files = (Array.isArray(value) ? value : [value]).filter((each) => each !== null);
  if (files.length > 1 && encodingOf(body, name).file === 'one') {
    throw invalidArgument(argument, 'must be one file');
  }
  return files.map((each) => ({ argument, part: toFilePart(property, each, body) }));
}

function toTextPart({ name, value, contentType }: FormField): Part {
  const type = contentType === 'text/plain' ? 'text/plain; charset=utf-8' : contentType;
  return {
    headers: [`Content-Disposition: form-data; name="${quote(name)}"`, `Content-Type: ${type}`],
    content: Buffer.from(value, 'utf8'),
  };
}

/** Without a file name a server would take the part for a field. */
function toFilePart({ name, argument }: FormProperty, value: Json, body: BodyBinding): Part {
  const { contentType, transferEncoding } = encodingOf(body, name);
  const file = readFile(value, argument);
  const allowed = contentType === undefined ? [] : contentType.split(',').map((each) => each.trim());
  const type = chooseMimeType(file.mimeType, allowed, argument);
  const disposition = `form-data; name="${quote(name)}"; filename="${quote(file.filename ?? name)}"`;
  const headers = [`Content-Disposition: ${disposition}`, `Content-Type: ${type}`];
  if (transferEncoding === undefined) return { headers, content: file.bytes };
  const encoded = Buffer.from(file.bytes.toString('base64'), 'ascii');
  return { headers: [...headers, `Content-Transfer-Encoding: ${transferEncoding}`], content: encoded };
}

/** Names in quotation marks as browsers write them: HTML, "multipart/form-data encoding algorithm"; RFC 7578 §2. */
function quote(name: string): string {
  return name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
}

function joinParts(parts: readonly Part[], mediaType: string): Multipart {
  const boundary = chooseBoundary(parts);
  const pieces = parts.flatMap(({ headers, content }) => [
    Buffer.from(`--${boundary}\r\n${headers.join('\r\n')}\r\n\r\n`, 'utf8'),
    content,
    Buffer.from('\r\n', 'utf8'),
  ]);
  const content = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`, 'utf8')]);
  const bare = mediaType.replace(/;\s*boundary\s*=\s*(?:"[^"]*"|[^;]*)/gi, '');
  return { content, mediaType: `${bare}; boundary=${boundary}` };
}

/** A function of the content alone, so that a plan shows what a call sends; and no part holds it. */
function chooseBoundary(parts: readonly Part[]): string {
  const hash = createHash('sha256');
  for (const { headers, content } of parts) {
    hash.update(`${content.length} ${headers.join('\r\n')}\r\n`).update(content);
  }
  const digest = hash.digest('hex');
  for (let turn = 0; ; turn++) {
    const boundary = `bailiwick-${createHash('sha256').update(`${turn} ${digest}`).digest('hex').slice(0, 32)}`;
    if (!parts.some(({ content }) => content.includes(boundary))) return boundary;
  }
}
