import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { OpenApiDocument, OpenApiVersion } from './document.ts';
import { inlineSections } from './external/inline-sections.ts';
import { loadExternal } from './external/load-external.ts';
import { toHome } from './external/location.ts';
import { applyOverlays } from './overlays/apply.ts';
import { checkMemberTypes } from './member-types.ts';
import { parseText } from './parse-text.ts';
import { createPositions, offsetOfKey, refuse, type NamedText } from './position.ts';
import { createReferences } from './references.ts';
import { recogniseVersion } from './version.ts';

/** A document as it is read: its text, and those of what belongs to it. */
export interface DocumentTexts {
  /** Shown in messages. Its name is how other documents refer back to it. */
  readonly file: string;
  readonly text: string;
  /** Texts of the documents that references lead to, by path relative to the document's folder, or by URL. */
  readonly files?: ReadonlyMap<string, string>;
  /** Why others are not in `files`: a clause that goes on after their name. */
  readonly absent?: ReadonlyMap<string, string>;
  /** Overlay documents in the order in which they apply. */
  readonly overlays?: readonly NamedText[];
}

/**
 * Reads the text of an OpenAPI document of version 2.0, 3.0, 3.1 or 3.2, JSON or YAML. The version counts by its first two numbers, whatever
 * follows them; nothing else is validated here, because everything else is an operation's own matter.
 *
 * @throws BailiwickError `CONFIGURATION` with file, line and column when the text is no such document, or an overlay cannot
 * be applied.
 */
export function loadDocument({ file, text, files, absent, overlays = [] }: DocumentTexts): OpenApiDocument {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const named = { file, text: source };
  const { value: root, warnings } = parseText(named);
  if (!isJsonObject(root)) {
    const found = source.trim() === '' ? 'is empty' : 'is not a mapping at its top level';
    throw refuse(named, 0, `the document ${found}: an OpenAPI document is expected`);
  }
  const { self } = toHome(file, root['$self']);
  const overlaid = applyOverlays(root, overlays, { file, self });
  const { version, remarks } = versionOf(named, root);
  const home = toHome(file, root['$self']);
  const external = loadExternal(files ?? new Map(), absent ?? new Map(), home);
  const inlined = inlineSections(root, createReferences({ root, home, ...external }));
  return {
    version,
    root,
    home,
    files: external.files,
    absent: external.absent,
    warnings: [
      ...warnings,
      ...overlaid,
      ...remarks,
      ...checkMemberTypes(named, root),
      ...inlined.map((problem) => `${file}: ${problem}`),
      ...external.warnings,
    ],
  };
}

function versionOf(
  named: NamedText,
  root: JsonObject,
): { version: OpenApiVersion; remarks: readonly string[] } {
  const reading = recogniseVersion(root);
  if ('problem' in reading) {
    const offset = reading.key === undefined ? 0 : offsetOfKey(named.text, reading.key);
    throw refuse(named, offset, reading.problem);
  }
  const { version, warning } = reading;
  if (warning === undefined) return { version, remarks: [] };
  const offset = offsetOfKey(named.text, version === '2.0' ? 'swagger' : 'openapi');
  return { version, remarks: [`${named.file}:${createPositions(named.text)(offset)} ${warning}`] };
}
