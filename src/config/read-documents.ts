import { valueAt } from '../text/pointer.ts';
import type { AllowedPlaces } from './allowed-places.ts';
import { isPrefix } from './allowed-places.ts';
import { fetchText } from './fetch-text.ts';
import { digestOfBytes } from './inputs.ts';
import { findPaths } from './paths.ts';
import { readExternal, type ExternalTexts } from './read-external.ts';
import type { InputReader } from './read-inputs.ts';
import type { TextFile } from './text-file.ts';

/** The document of one source with all that belongs to it. */
export interface DocumentBundle extends TextFile, ExternalTexts {
  /** In the order in which they apply. */
  readonly overlays: readonly TextFile[];
  /** Digest of all of it. */
  readonly digest: string;
}

/** Completes the documents of the sources, by source, with what they refer to. */
export async function readDocuments(
  root: unknown,
  named: {
    readonly documents: ReadonlyMap<string, TextFile>;
    readonly overlays: ReadonlyMap<string, readonly TextFile[]>;
  },
  { reader, folder }: { readonly reader: InputReader; readonly folder: string },
): Promise<ReadonlyMap<string, DocumentBundle>> {
  const bundles = new Map<string, DocumentBundle>();
  for (const [source, document] of named.documents) {
    const overlays = named.overlays.get(source) ?? [];
    const allowed = allowedPlaces(root, folder, source);
    const texts = overlays.map(({ text }) => text);
    const external = await readExternal(document, texts, { reader, fetchText, allowed });
    const bundle = { ...document, ...external, overlays };
    bundles.set(source, { ...bundle, digest: digestOfBundle(bundle) });
  }
  return bundles;
}

/** What was fetched for the documents, by URL with its digest: no watch tells when it changes. */
export function digestsOfFetched(
  bundles: ReadonlyMap<string, DocumentBundle>,
): (readonly [string, string])[] {
  const files = [...bundles.values()].flatMap((bundle) => [...bundle.files]);
  return files
    .filter(([name]) => /^https:/i.test(name))
    .map(([name, text]) => [name, digestOfBytes(text)] as const);
}

function allowedPlaces(root: unknown, folder: string, source: string): AllowedPlaces {
  const setting = valueAt(root, ['sources', source, 'references']);
  const entries = Array.isArray(setting) ? setting.filter((entry) => typeof entry === 'string') : [];
  const folders = findPaths(root, folder).filter(({ at, kind }) => kind === 'reference' && at[1] === source);
  return { prefixes: entries.filter(isPrefix), folders: folders.map((one) => one.path) };
}

function digestOfBundle({ text, files, absent, overlays }: Omit<DocumentBundle, 'digest'>): string {
  const rows = [
    ['document', '', digestOfBytes(text)],
    ...[...files].map(([name, content]) => ['file', name, digestOfBytes(content)]),
    ...[...absent].map(([name, reason]) => ['absent', name, reason]),
    ...overlays.map((overlay) => ['overlay', overlay.file, digestOfBytes(overlay.text)]),
  ];
  return digestOfBytes(JSON.stringify(rows));
}
