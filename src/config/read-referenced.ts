import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type Path, toPointer, valueAt } from '../text/pointer.ts';
import { isJsonObject } from '../catalog/json.ts';
import { isPrefix } from './allowed-places.ts';
import { LARGEST_READ } from './inputs.ts';
import { findPaths, type NamedPath } from './paths.ts';
import { type DocumentBundle, readDocuments } from './read-documents.ts';
import { type InputReader, toText } from './read-inputs.ts';
import { readToolFiles, type ToolFile } from './read-tool-files.ts';
import type { TextFile } from './text-file.ts';

/** The largest policy or certificate file, in bytes. */
const MAX_SMALL_FILE_BYTES = 1_048_576;

/** The largest overlay, in bytes. */
const MAX_OVERLAY_BYTES = 4_194_304;

/** Where policies and hints are when nothing is said; alone of all paths these may be absent. */
const DEFAULT_POLICIES = 'policies';
const DEFAULT_HINTS = 'hints';

/** What a folder of hints contributes. */
const HINT_FILES = '*.hints.yaml';

const HINT = 'paths are relative to the configuration file';

export interface Referenced {
  readonly documents: ReadonlyMap<string, DocumentBundle>;
  readonly policyFiles: readonly TextFile[];
  /** Policy files of `shadow`. */
  readonly shadowFiles: readonly TextFile[];
  /** Files of hints. */
  readonly hintFiles: readonly TextFile[];
  /** Contents of certificates and keys, by absolute path. */
  readonly tlsFiles: ReadonlyMap<string, string>;
  /** Files of local tools by source, in the order in which settings name them. */
  readonly toolFiles: ReadonlyMap<string, readonly ToolFile[]>;
  readonly problems: readonly { readonly path: Path; readonly message: string; readonly hint?: string }[];
}

interface Deps {
  readonly reader: InputReader;
  /** The configuration's folder. */
  readonly folder: string;
  /** Pointers of settings whose text is not known, because a secret in it is missing. */
  readonly skip: ReadonlySet<string>;
}

/** What kind of file a folder is read for. */
interface Folder {
  readonly what: string;
  /** Names of the files in it that count; absent: those of policy files. */
  readonly names?: string;
  readonly mayBeAbsent?: boolean;
}

/** Reads every file that a configuration names. The configuration need not be valid: all problems come at once. */
export async function readReferenced(root: unknown, { reader, folder, skip }: Deps): Promise<Referenced> {
  const documents = new Map<string, TextFile>();
  const overlays = new Map<string, TextFile[]>();
  const policyFiles = new Map<string, TextFile>();
  const shadowFiles = new Map<string, TextFile>();
  const hintFiles = new Map<string, TextFile>();
  const tlsFiles = new Map<string, string>();
  const toolFiles = new Map<string, ToolFile[]>();
  const problems: { path: Path; message: string; hint?: string }[] = [];

  const readText = async (
    named: NamedPath,
    file: string,
    what: string,
    maxBytes: number,
  ): Promise<TextFile | undefined> => {
    const read = await reader.file(file, maxBytes);
    const text = read.ok ? toText(read.bytes) : undefined;
    if (text !== undefined) return { file, text };
    const reason = read.ok ? 'is not UTF-8 text' : read.reason;
    problems.push({ path: named.at, message: `${what} ${reason}`, hint: HINT });
    return undefined;
  };

  /** A file, or those of a folder that count. */
  const readFiles = async (
    named: NamedPath,
    into: Map<string, TextFile>,
    { what, names: pattern, mayBeAbsent = false }: Folder,
  ): Promise<void> => {
    const isFile = await stat(named.path).then(
      (status) => status.isFile(),
      () => false,
    );
    const names = isFile ? undefined : await reader.folder(named.path, pattern);
    if (isFile) {
      const file = await readText(named, named.path, `the ${what} file`, MAX_SMALL_FILE_BYTES);
      if (file) into.set(file.file, file);
    } else if (names === undefined && !mayBeAbsent) {
      // Remembered as a file as well: it may come to be either.
      await reader.file(named.path, MAX_SMALL_FILE_BYTES);
      problems.push({ path: named.at, message: `this ${what} file or folder does not exist`, hint: HINT });
    }
    for (const name of names ?? []) {
      const file = await readText(
        named,
        path.join(named.path, name),
        `the ${what} file \`${name}\``,
        MAX_SMALL_FILE_BYTES,
      );
      if (file) into.set(file.file, file);
    }
  };

  for (const named of findPaths(root, folder)) {
    if (skip.has(toPointer(named.at))) continue;
    switch (named.kind) {
      case 'document': {
        const text = String(valueAt(root, named.at));
        if (/^https?:\/\//i.test(text)) {
          const hint = 'download the document and name the file';
          problems.push({ path: named.at, message: 'a document is read from a file, not from a URL', hint });
          break;
        }
        const document = await readText(named, named.path, 'the OpenAPI document', LARGEST_READ);
        if (document) documents.set(sourceOf(named), document);
        break;
      }
      case 'overlay': {
        const overlay = await readText(named, named.path, 'the overlay', MAX_OVERLAY_BYTES);
        if (overlay) overlays.set(sourceOf(named), [...(overlays.get(sourceOf(named)) ?? []), overlay]);
        break;
      }
      case 'reference':
        if (!(await isFolder(named.path))) {
          problems.push({ path: named.at, message: 'this folder does not exist', hint: HINT });
        }
        break;
      case 'tls': {
        const file = await readText(named, named.path, 'the TLS file', MAX_SMALL_FILE_BYTES);
        if (file) tlsFiles.set(file.file, file.text);
        break;
      }
      case 'policies':
        await readFiles(named, policyFiles, { what: 'policy' });
        break;
      case 'shadow-policies':
        await readFiles(named, shadowFiles, { what: 'policy' });
        break;
      case 'hints':
        await readFiles(named, hintFiles, { what: 'hint', names: HINT_FILES });
        break;
      case 'working-folder':
        if (!(await isFolder(named.path))) {
          problems.push({ path: named.at, message: 'this working directory does not exist', hint: HINT });
        }
        break;
      case 'tools': {
        const found = await readToolFiles(named, reader);
        if (Array.isArray(found))
          toolFiles.set(sourceOf(named), [...(toolFiles.get(sourceOf(named)) ?? []), ...found]);
        else problems.push({ path: named.at, ...found });
        break;
      }
      case 'shared-folder':
        if (!(await isThere(named.path))) {
          problems.push({ path: named.at, message: 'this folder does not exist', hint: HINT });
        }
        break;
      case 'lock':
      case 'output':
        break;
    }
  }
  if (valueAt(root, ['policies']) === undefined) {
    await readFiles(
      { at: ['policies'], kind: 'policies', path: path.join(folder, DEFAULT_POLICIES) },
      policyFiles,
      { what: 'policy', mayBeAbsent: true },
    );
  }
  if (valueAt(root, ['search', 'hints']) === undefined) {
    await readFiles(
      { at: ['search', 'hints'], kind: 'hints', path: path.join(folder, DEFAULT_HINTS) },
      hintFiles,
      { what: 'hint', names: HINT_FILES, mayBeAbsent: true },
    );
  }
  problems.push(...findBadPrefixes(root));
  const bundles = await readDocuments(root, { documents, overlays }, { reader, folder });
  return {
    documents: bundles,
    policyFiles: [...policyFiles.values()],
    shadowFiles: [...shadowFiles.values()],
    hintFiles: [...hintFiles.values()],
    tlsFiles,
    toolFiles,
    problems,
  };
}

/** Entries of `references` that are URLs, but none that could be a prefix. */
function findBadPrefixes(root: unknown): Referenced['problems'] {
  const sources = valueAt(root, ['sources']);
  return Object.keys(isJsonObject(sources) ? sources : {}).flatMap((source) => {
    const entries = valueAt(root, ['sources', source, 'references']);
    return (Array.isArray(entries) ? entries : []).flatMap((entry, index) => {
      if (typeof entry !== 'string' || !/^[a-z][a-z0-9+.-]+:\/\//i.test(entry) || isPrefix(entry)) return [];
      const hint = 'write the start of the URLs: `https://schemas.example.com/v1/`';
      return [
        { path: ['sources', source, 'references', index], message: 'is not a prefix of https:// URLs', hint },
      ];
    });
  });
}

async function isThere(at: string): Promise<boolean> {
  return stat(at).then(
    () => true,
    () => false,
  );
}

async function isFolder(at: string): Promise<boolean> {
  return stat(at).then(
    (status) => status.isDirectory(),
    () => false,
  );
}

function sourceOf(named: NamedPath): string {
  return String(named.at[1]);
}
