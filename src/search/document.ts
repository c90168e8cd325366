import type { Contribution } from '../catalog/entries.ts';
import type { EntryKind } from '../catalog/sight.ts';
import type { KubernetesAttributes } from '../catalog/tool.ts';

/** What an index knows of an entry: plain text by field, and what its shape says of it. */
export interface SearchDocument {
  /** `entryKey` of the entry. */
  readonly key: string;
  readonly kind: EntryKind;
  readonly source: string;
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  /** Names of parameters, nested ones too; texts are their descriptions and enumerated values. */
  readonly parameterNames: readonly string[];
  readonly parameterTexts: readonly string[];
  /** Category, tags: words about a group of entries. */
  readonly groups?: readonly string[];
  /** HTTP method, upper case. */
  readonly method?: string;
  /** HTTP path template, or a URI. */
  readonly path?: string;
  readonly kubernetes?: KubernetesAttributes;
  readonly isDeprecated?: boolean;
  /** Words that help to find it, of whatever origin: documents, configuration, packs. */
  readonly hints: readonly string[];
}

/** The documents of a source's entries. Pure; reads every schema once. */
export function toDocuments(contribution: Contribution): SearchDocument[] {
  return contribution.tools.map((tool) => ({
    key: `tool ${tool.source}/${tool.name}`,
    kind: 'tool',
    source: tool.source,
    name: tool.name,
    description: tool.description,
    parameterNames: [],
    parameterTexts: [],
    hints: tool.hints ?? [],
  }));
}
