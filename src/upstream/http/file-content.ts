import type { FileArgument } from '../../catalog/binding.ts';
import { isJsonObject, type Json } from '../../catalog/json.ts';
import { invalidArgument } from './invalid-argument.ts';
import { essenceOf } from './media-type.ts';
import { toText } from './parameter-value.ts';

/** What all the files of one request may come to, in bytes. */
const MAX_FILE_BYTES = 25 * 1024 * 1024;

/** A file that a caller gave, ready to be sent. */
export interface FileContent {
  readonly bytes: Buffer;
  readonly filename?: string;
  readonly mimeType?: string;
}

/**
 * Reads a file argument. A string is a file of that text.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` for anything else than exactly one of `data` (Base64 with padding, RFC 4648 §4)
 *   and `text`, and for a file that is too large.
 */
export function readFile(value: Json, argument: string): FileContent {
  if (typeof value === 'string') return { bytes: toBytes(value, argument) };
  if (!isJsonObject(value))
    throw invalidArgument(argument, 'must be a file: an object with `data` or `text`');
  const { data, text, filename, mimeType } = value satisfies {
    readonly [Member in keyof FileArgument]?: Json;
  };
  if ((data === undefined) === (text === undefined)) {
    throw invalidArgument(argument, 'must have exactly one of `data` (Base64) and `text`');
  }
  return {
    bytes: text === undefined ? decodeBase64(data, argument) : toBytes(text, argument),
    ...(filename !== undefined && { filename: textOf(filename, 'filename', argument) }),
    ...(mimeType !== undefined && { mimeType: readMimeType(mimeType, argument) }),
  };
}

/** Refuses files that are too large together. `argument` is the one that made it too much. */
export function checkSize(bytes: number, argument: string): void {
  if (bytes <= MAX_FILE_BYTES) return;
  throw invalidArgument(
    argument,
    `the files of a call may come to ${MAX_FILE_BYTES / 1024 / 1024} MB, and no more`,
  );
}

/**
 * The media type under which a file is sent: what the caller says, if `allowed` has it; otherwise the first that is no range.
 *
 * `allowed` lists the media types and ranges of the document. Empty: any.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` for a media type that the operation does not take.
 */
export function chooseMimeType(
  mimeType: string | undefined,
  allowed: readonly string[],
  argument: string,
): string {
  const [fallback = 'application/octet-stream'] = allowed.filter((each) => !each.includes('*'));
  if (mimeType === undefined) return fallback;
  const isAllowed = allowed.length === 0 || allowed.some((each) => covers(each, mimeType));
  if (isAllowed) return mimeType;
  // Every content is a stream of octets, so a more telling name is no contradiction.
  if (essenceOf(fallback) === 'application/octet-stream') return fallback;
  throw invalidArgument(argument, `\`mimeType\` must be ${allowed.join(' or ')}`);
}

function covers(range: string, mimeType: string): boolean {
  const [type, subtype] = essenceOf(range).split('/');
  const [ownType, ownSubtype] = essenceOf(mimeType).split('/');
  return (
    (type === '*' || type === ownType) && (subtype === undefined || subtype === '*' || subtype === ownSubtype)
  );
}

function readMimeType(value: Json, argument: string): string {
  const text = textOf(value, 'mimeType', argument);
  if (/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:[\t\x20]*;[\t\x20-\x7E]*[\x21-\x7E])?$/.test(text)) return text;
  throw invalidArgument(argument, '`mimeType` must be a media type, such as `image/png`');
}

function textOf(value: Json, member: string, argument: string): string {
  if (typeof value === 'string') return toText(value, argument);
  throw invalidArgument(argument, `\`${member}\` must be a string`);
}

function toBytes(text: Json, argument: string): Buffer {
  const bytes = Buffer.from(textOf(text, 'text', argument), 'utf8');
  checkSize(bytes.length, argument);
  return bytes;
}

function decodeBase64(data: Json | undefined, argument: string): Buffer {
  const text = textOf(data ?? null, 'data', argument);
  checkSize((text.length / 4) * 3 - 2, argument);
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  const bytes = Buffer.from(text, 'base64');
  // Bits that the padding leaves over must be zero, or two texts would be the same file.
  if (!isBase64 || bytes.toString('base64') !== text) {
    throw invalidArgument(argument, '`data` must be Base64 with padding and without line breaks');
  }
  return bytes;
}
