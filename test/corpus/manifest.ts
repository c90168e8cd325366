import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** A document of the corpus, as `manifest.json` lists it. */
export interface Entry {
  /** Relative to the corpus. */
  readonly file: string;
  /** Where it was taken from: restores the layout that its references were written for. */
  readonly source?: { readonly repo?: string; readonly commit?: string; readonly path?: string };
}

/** @throws Error when there is no manifest, or it lists nothing. */
export async function readManifest(directory: string): Promise<Entry[]> {
  const file = path.join(directory, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { specs?: Entry[] };
  if (!Array.isArray(manifest.specs) || manifest.specs.length === 0) {
    throw new Error(`${file} lists no documents under \`specs\``);
  }
  return manifest.specs;
}

/** The family of a document: the first folder of its path. */
export function familyOf(file: string): string {
  const [first = file, ...rest] = file.split('/');
  return rest.length === 0 ? '.' : first;
}

/** `count` entries spread over the families, always the same ones. */
export function sampleEntries(entries: readonly Entry[], count: number): Entry[] {
  const families = [...Map.groupBy(entries, ({ file }) => familyOf(file)).values()];
  const chosen: Entry[] = [];
  for (let round = 0; chosen.length < Math.min(count, entries.length); round++) {
    for (const family of families) {
      // Every second of a family first, so that neighbours (versions of one API) do not crowd the sample.
      const spread = [
        ...family.filter((_, index) => index % 2 === 0),
        ...family.filter((_, index) => index % 2 === 1),
      ];
      const entry = spread[round];
      if (entry !== undefined && chosen.length < count) chosen.push(entry);
    }
  }
  return chosen;
}
