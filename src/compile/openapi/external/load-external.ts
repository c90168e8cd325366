import type { Json } from '../../../catalog/json.ts';
import { BailiwickError } from '../../../errors.ts';
import { parseText } from '../parse-text.ts';
import type { Home } from './location.ts';
import { rewriteReferences } from './rewrite.ts';

/** The documents beside the root document, their references in its terms. */
export interface ExternalDocuments {
  readonly files: ReadonlyMap<string, Json>;
  /** Why others are not there: a clause that goes on after their name. */
  readonly absent: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/** Reads the texts of the further documents. One that is neither JSON nor YAML is absent, and costs what refers to it. */
export function loadExternal(
  texts: ReadonlyMap<string, string>,
  absentAlready: ReadonlyMap<string, string>,
  home: Home,
): ExternalDocuments {
  const files = new Map<string, Json>();
  const absent = new Map(absentAlready);
  const warnings: string[] = [];
  for (const [document, text] of [...texts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    try {
      const parsed = parseText({ file: document, text: text.startsWith('\uFEFF') ? text.slice(1) : text });
      rewriteReferences(parsed.value, document, home);
      files.set(document, parsed.value);
      warnings.push(...parsed.warnings);
    } catch (error) {
      if (error instanceof RangeError) absent.set(document, 'which is nested too deeply');
      else if (error instanceof BailiwickError)
        absent.set(document, `which cannot be read (${error.message})`);
      else throw error;
    }
  }
  return { files, absent, warnings };
}
