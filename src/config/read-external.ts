import path from 'node:path';
import { findReferencedDocuments, homeOf } from '../compile/openapi/external/find-documents.ts';
import { isCovered, isWritten, placeOf, resolveFolders, type AllowedPlaces } from './allowed-places.ts';
import type { FetchText } from './fetch-text.ts';
import { LARGEST_READ } from './inputs.ts';
import { type InputReader, toText } from './read-inputs.ts';

/** Documents that one source may consist of beside its own: there are real ones with a file for each operation and schema. */
const MAX_DOCUMENTS = 5000;

/** The documents that the references of another lead to, by path relative to its folder or by URL. */
export interface ExternalTexts {
  readonly files: ReadonlyMap<string, string>;
  /** Why others are not in `files`: a clause that goes on after their name. */
  readonly absent: ReadonlyMap<string, string>;
}

interface Deps {
  readonly reader: InputReader;
  readonly fetchText: FetchText;
  readonly allowed: AllowedPlaces;
}

/** A text, or a clause that says why there is none. */
type Outcome = { readonly text: string } | { readonly reason: string };

/**
 * Reads what a document refers to, what that refers to, and so on. Only files in the document's own folder, in one that is
 * allowed, and URLs below an allowed prefix are ever looked at; all else is absent, and nothing here is an error.
 *
 * @param texts The document, and what may add references to it: its overlays.
 */
export async function readExternal(
  document: { readonly file: string; readonly text: string },
  texts: readonly string[],
  deps: Deps,
): Promise<ExternalTexts> {
  const home = homeOf(document.file, document.text);
  const folder = path.dirname(document.file);
  const files = new Map<string, string>();
  const absent = new Map<string, string>();
  const waiting = [document.text, ...texts].flatMap((text) => findReferencedDocuments(text, '', home));
  const folders = [folder, ...deps.allowed.folders];
  const realFolders = await resolveFolders(folders);
  let left = LARGEST_READ;

  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (files.has(name) || absent.has(name)) continue;
    if (absent.size > MAX_DOCUMENTS) break;
    const outcome = files.size + absent.size < MAX_DOCUMENTS ? await readOne(name, left) : TOO_MANY;
    if ('reason' in outcome) {
      absent.set(name, outcome.reason);
      continue;
    }
    files.set(name, outcome.text);
    left -= outcome.text.length;
    for (const each of findReferencedDocuments(outcome.text, name, home)) waiting.push(each);
  }
  return { files, absent };

  async function readOne(name: string, maxBytes: number): Promise<Outcome> {
    if (/^https?:/i.test(name)) return maxBytes > 0 ? fetchOne(name, deps) : TOO_MUCH;
    if (/^[a-z][a-z0-9+.-]+:/i.test(name)) return { reason: 'which is neither a file nor an https:// URL' };
    const file = path.resolve(folder, name);
    if (!isWritten(file, folders)) return OUTSIDE;
    if ((await placeOf(file, realFolders)) === 'outside') return LEADS_OUTSIDE;
    const read = await deps.reader.file(file, Math.max(maxBytes, 0));
    if (!read.ok) return { reason: `which ${read.reason}` };
    const text = toText(read.bytes);
    return text === undefined ? { reason: 'which is not UTF-8 text' } : { text };
  }
}

const TOO_MANY: Outcome = { reason: `which is beyond the limit of ${MAX_DOCUMENTS} documents` };
const TOO_MUCH: Outcome = { reason: 'which is beyond the limit of what all documents come to' };
const OUTSIDE: Outcome = {
  reason:
    "which lies outside the document's folder and was not read; name its folder in `references` of the source to allow it",
};
const LEADS_OUTSIDE: Outcome = {
  reason:
    "which is a link that leads outside the document's folder and was not read; name the folder it leads to in `references` of the source to allow it",
};

async function fetchOne(url: string, { fetchText, allowed }: Deps): Promise<Outcome> {
  if (isCovered(url, allowed.prefixes)) return fetchText(url);
  const setting = url.startsWith('https:')
    ? '; name a prefix of it in `references` of the source to allow it'
    : '';
  return { reason: `which was not fetched${setting}` };
}
