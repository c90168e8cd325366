import path from 'node:path/posix';
import { decodePercent, toPointer } from '../pointer.ts';

/** What a reference means: a document, and a part of it. */
export interface Location {
  /**
   * Path relative to the folder of the root document (`schemas/pet.yaml`, `../common/x.json`), absolute path, or absolute
   * URL; empty for the root document itself.
   */
  readonly document: string;
  /** As it was written, from `#` on; `#` for the whole document. */
  readonly fragment: string;
}

/** By what names a reference leads back to the root document. */
export interface Home {
  /** The name of its file in its folder. */
  readonly fileName: string;
  /** Its own URI (`$self`, OpenAPI 3.2), where it is an absolute URL. */
  readonly self: string | undefined;
}

/** @param file Path of the root document, with slashes of either kind. */
export function toHome(file: string, self: unknown): Home {
  const isKnown = typeof self === 'string' && isWebUrl(self) && URL.canParse(self);
  return { fileName: path.basename(toSlashes(file)), self: isKnown ? toPlainUrl(self) : undefined };
}

/** What a reference means that is written in the document `base`, RFC 3986 §5.2. */
export function locate(reference: string, base: string, home: Home): Location {
  const hash = reference.indexOf('#');
  const address = hash < 0 ? reference : reference.slice(0, hash);
  const fragment = hash < 0 ? '#' : reference.slice(hash);
  if (address === '') return { document: base, fragment };
  return { document: toDocument(toSlashes(address), base, home), fragment };
}

/** The reference to a place, as the root document would write it: the one spelling, and the inverse of {@link locate}. */
export function toReference({ document, fragment }: Location): string {
  if (document === '' || isUrl(document)) return `${document}${fragment}`;
  const encoded = encodeURI(document.toWellFormed()).replace(/[?#:]/g, encodeURIComponent);
  return `${encoded}${fragment}`;
}

/** {@link toReference} for a place by its segments. */
export function toPlacePointer(document: string, segments: readonly string[]): string {
  return toReference({ document, fragment: toPointer(segments) });
}

/** True for what is fetched rather than read from a file. */
function isWebUrl(document: string): boolean {
  return /^https?:\/\//i.test(document);
}

function toDocument(address: string, base: string, home: Home): string {
  const document = absolute(address, base);
  if (document === home.fileName || document === home.self) return '';
  // A document that names its own URI names that of its neighbours as well.
  const selfFolder = home.self?.replace(/[^/]*$/, '');
  const isNeighbour = selfFolder !== undefined && document.startsWith(selfFolder);
  return isNeighbour ? toPath(document.slice(selfFolder.length), '') : document;
}

function absolute(address: string, base: string): string {
  if (/^file:\/\//i.test(address))
    return path.normalize(decodePercent(address.replace(/^file:\/\/[^/]*/i, '')));
  if (isUrl(address)) return isWebUrl(address) ? toPlainUrl(address) : address;
  if (!isUrl(base)) return toPath(address, base);
  return URL.canParse(address, base) ? new URL(address, base).href : address;
}

function toPath(address: string, base: string): string {
  return path.join(
    address.startsWith('/') ? '/' : path.dirname(base),
    decodePercent(address.replace(/\?.*$/s, '')),
  );
}

/** A scheme has two letters or more: one is the drive of a path. */
function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(text);
}

function toPlainUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  url.hash = '';
  return url.href;
}

/** A path as URLs write it, whatever the system. */
export function toSlashes(text: string): string {
  return text.replaceAll('\\', '/');
}
