import type { Contribution, Loss, Skip } from '../../catalog/entries.ts';
import type { Tool } from '../../catalog/tool.ts';
import { DEFAULT_SCHEMA_SETTINGS, type SchemaSettings } from '../settings.ts';
import { dialectOf } from './dialect.ts';
import { loadDocument } from './load.ts';
import { customiseOperations } from './customise.ts';
import type { OpenApiOptions } from './settings.ts';
import { nameOperations } from './naming.ts';
import { enumerateOperations } from './operations.ts';
import { sortRows, toSkip } from './reasons.ts';
import { createReferences } from './references.ts';
import { createSchemaLibrary } from './schemas/library.ts';
import { readSecuritySchemes } from './security.ts';
import { createServerReader } from './servers.ts';
import { compileOperation, type Compilation } from './tool.ts';

export interface OpenApiSource {
  readonly source: string;
  /** Shown in messages. */
  readonly file: string;
  readonly text: string;
  /** Texts of the documents that references lead to, by path relative to the document's folder, or by URL. */
  readonly files?: ReadonlyMap<string, string>;
  /** Why others are not in `files`: a clause that goes on after their name (`which does not exist`). */
  readonly absent?: ReadonlyMap<string, string>;
  /** Overlay documents in the order in which they apply. */
  readonly overlays?: readonly { readonly file: string; readonly text: string }[];
  readonly options?: OpenApiOptions;
  /** How much of the tools' schemas clients see. Absent: the defaults. */
  readonly presentation?: SchemaSettings;
}

/**
 * Compiles an OpenAPI document of version 2.0, 3.0, 3.1 or 3.2, JSON or YAML, into a source's share of the catalog.
 *
 * Pure: the same document gives the same contribution, byte for byte, whatever the order of its keys. Every declared
 * operation becomes a tool or a row of `skipped`; what is wrong with one never costs another.
 *
 * @throws BailiwickError `CONFIGURATION` with file, line and column when the text is no OpenAPI document.
 */
export function compileOpenApi(input: OpenApiSource): Contribution {
  const document = loadDocument(input);
  const references = createReferences(document);
  const dialect = dialectOf(document.version);
  const declared = enumerateOperations(document.root, { references, dialect });
  const compilation: Compilation = {
    source: input.source,
    document,
    dialect,
    references,
    schemas: createSchemaLibrary(document, references),
    securitySchemes: readSecuritySchemes(document.root, dialect.securitySchemes, references),
    options: input.options ?? {},
    presentation: input.presentation ?? DEFAULT_SCHEMA_SETTINGS,
    serverOf: createServerReader(
      { root: document.root, operations: declared.operations, serversOf: dialect.serversOf },
      input.options,
    ),
  };
  const customised = customiseOperations(declared.operations, input.options?.rules ?? []);
  const { names, losses: unnamed } = nameOperations(
    declared.operations,
    (label) => customised.of(label).name,
  );
  const known = Map.groupBy([...customised.losses, ...unnamed], (loss) => loss.operation);
  const warnings = [...document.warnings, ...customised.warnings];
  const tools: Tool[] = [];
  const skipped: Skip[] = [...declared.skipped];
  const lossy: Loss[] = [];
  for (const operation of declared.operations) {
    const { label } = operation;
    const losses: Loss[] = known.get(label) ?? [];
    try {
      const presented = { name: names.get(label) ?? label, set: customised.of(label) };
      tools.push(
        compileOperation(operation, presented, compilation, (reason, detail) =>
          losses.push({ operation: label, reason, detail }),
        ),
      );
      lossy.push(...losses);
    } catch (error) {
      skipped.push(toSkip(label, error));
    }
  }
  return {
    source: input.source,
    tools: tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    resources: [],
    templates: [],
    prompts: [],
    skipped: sortRows(skipped),
    lossy: sortRows(lossy),
    ...(warnings.length > 0 && { warnings }),
    operations: tools.length + skipped.length,
  };
}
