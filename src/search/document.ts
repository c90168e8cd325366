import type { Contribution } from '../catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { entryKey, type EntryKind } from '../catalog/sight.ts';
import type { KubernetesAttributes, Tool } from '../catalog/tool.ts';
import { parameterWords } from './parameter-words.ts';

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

/** Characters of one text that are read: what comes after them has had its say. */
const TEXT_CHARACTERS = 4_000;

/** The documents of a source's entries. Pure; reads every schema once. */
export function toDocuments({
  source,
  tools,
  resources,
  templates,
  prompts,
}: Contribution): SearchDocument[] {
  return [
    ...tools.map(ofTool),
    ...resources.map(({ uri, definition }) => ofResource('resource', source, uri, definition)),
    ...templates.map(({ uriTemplate, definition }) =>
      ofResource('template', source, uriTemplate, definition),
    ),
    ...prompts.map(({ name, definition }) => ofPrompt(source, name, definition)),
  ];
}

function ofTool(tool: Tool): SearchDocument {
  const { source, name, attributes, annotations, hints = [] } = tool;
  const { tags, method, path, kubernetes } = attributes;
  const title = tool.title ?? textOf(annotations?.['title']);
  const { names, texts } = parameterWords(tool.validationSchema);
  const description = tool.description.slice(0, TEXT_CHARACTERS);
  return {
    key: entryKey('tool', source, name),
    kind: 'tool',
    source,
    name,
    ...(title !== undefined && { title: title.slice(0, TEXT_CHARACTERS) }),
    description,
    parameterNames: names,
    parameterTexts: texts,
    ...(tags && { groups: tags }),
    ...(method !== undefined && { method }),
    ...(path !== undefined && { path: path.slice(0, TEXT_CHARACTERS) }),
    ...(kubernetes && { kubernetes }),
    isDeprecated: /\bdeprecated\b/i.test(description),
    hints,
  };
}

function ofResource(
  kind: 'resource' | 'template',
  source: string,
  uri: string,
  definition: JsonObject,
): SearchDocument {
  return { ...ofDefinition(kind, source, uri, definition), path: uri.slice(0, TEXT_CHARACTERS) };
}

function ofPrompt(source: string, own: string, definition: JsonObject): SearchDocument {
  const asked = definition['arguments'];
  const fields = Array.isArray(asked) ? asked.filter(isJsonObject) : [];
  return {
    ...ofDefinition('prompt', source, own, definition),
    parameterNames: fields.flatMap(({ name }) => textOf(name) ?? []),
    parameterTexts: fields.flatMap(({ description }) => textOf(description)?.slice(0, 200) ?? []),
  };
}

function ofDefinition(kind: EntryKind, source: string, own: string, definition: JsonObject): SearchDocument {
  const title = textOf(definition['title']);
  return {
    key: entryKey(kind, source, own),
    kind,
    source,
    name: textOf(definition['name']) ?? own,
    ...(title !== undefined && { title }),
    description: textOf(definition['description']) ?? '',
    parameterNames: [],
    parameterTexts: [],
    hints: [],
  };
}

/** A text that an upstream sent, as much of it as is read. */
function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value.slice(0, TEXT_CHARACTERS) : undefined;
}

/** A key twice is one entry: the first. */
export function uniqueByKey(documents: readonly SearchDocument[]): SearchDocument[] {
  const keys = new Set<string>();
  return documents.filter(({ key }) => !keys.has(key) && keys.add(key));
}
