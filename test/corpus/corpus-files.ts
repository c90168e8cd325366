import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { findReferencedDocuments, homeOf } from '../../src/compile/openapi/external/find-documents.ts';
import type { Json } from '../../src/catalog/json.ts';
import type { Entry } from './manifest.ts';
import type { ReadDocument } from './oracle/resolve.ts';

/** A document that is split into more is measured without the rest. */
const MAX_FILES = 2000;

/**
 * The documents of one collection under the paths that their references use: where the manifest says where a document was
 * taken from, its original path, and otherwise its place in the corpus.
 */
export class Layout {
  readonly #directory: string;
  readonly #byOrigin = new Map<string, string>();
  readonly #parsed = new Map<string, Json | undefined>();

  constructor(directory: string, entries: readonly Entry[]) {
    this.#directory = directory;
    for (const entry of entries) this.#byOrigin.set(originOf(entry), entry.file);
  }

  /** The text of the document at an original path, or `undefined` where the corpus has none. */
  readText(entry: Entry, file: string): string | undefined {
    const known = this.#byOrigin.get(`${collectionOf(entry)} ${file}`);
    if (known !== undefined) return readFileSync(path.join(this.#directory, known), 'utf8');
    const beside = path.join(path.dirname(entry.file), path.relative(path.dirname(pathOf(entry)), file));
    const place = path.join(this.#directory, beside);
    return beside.startsWith('..') || !existsSync(place) ? undefined : readFileSync(place, 'utf8');
  }

  /**
   * The texts of all documents that a document's references lead to and the corpus has, by path relative to its folder. What
   * it does not have, and every URL, is left out.
   */
  readClosure(entry: Entry, text: string): Map<string, string> {
    const home = homeOf(pathOf(entry), text);
    const folder = path.posix.dirname(pathOf(entry));
    const texts = new Map<string, string>();
    const open = findReferencedDocuments(text, '', home);
    for (let document = open.pop(); document !== undefined && texts.size < MAX_FILES; document = open.pop()) {
      if (texts.has(document) || document.includes('://')) continue;
      const found = this.readText(entry, path.posix.join(folder, document));
      if (found === undefined) continue;
      texts.set(document, found);
      open.push(...findReferencedDocuments(found, document, home));
    }
    return texts;
  }

  /** Reads documents as the oracle's references lead to them. */
  reader(entry: Entry): ReadDocument {
    return (file) => {
      const key = `${collectionOf(entry)} ${file}`;
      if (!this.#parsed.has(key)) this.#parsed.set(key, parseLoosely(this.readText(entry, file)));
      return this.#parsed.get(key);
    };
  }

  /** Parsed documents are not kept longer than the one that needed them. */
  forget(): void {
    this.#parsed.clear();
  }
}

/** The path that a document's own references are relative to. */
export function pathOf({ file, source }: Entry): string {
  return source?.path ?? file;
}

function collectionOf({ source }: Entry): string {
  return source?.path === undefined ? 'corpus' : `${source.repo ?? ''} ${source.commit ?? ''}`;
}

function originOf(entry: Entry): string {
  return `${collectionOf(entry)} ${pathOf(entry)}`;
}

/** Not our loader: what it gets wrong should show as a difference. */
function parseLoosely(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return JSON.parse(source) as Json;
  } catch {
    try {
      return parse(source, { uniqueKeys: false, logLevel: 'silent', maxAliasCount: -1, merge: true }) as Json;
    } catch {
      return undefined;
    }
  }
}
