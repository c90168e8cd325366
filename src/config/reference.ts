import { stringify } from 'yaml';
import { z } from 'zod';
import { toFlowYaml } from './explain-issue.ts';
import { REFERENCE_CHAPTERS } from './reference-chapters.ts';
import { Config } from './schema.ts';
import {
  defaultOf,
  elementOf,
  isOptional,
  metaOf,
  optionsOf,
  shapeOf,
  tellingKeyOf,
  unwrap,
} from './schema-walk.ts';
import { typeName } from './type-name.ts';

/** `docs/configuration.md`: every setting with its type, default, meaning and an example, made from the schema itself. */
export function configReference(): string {
  const sections = Object.entries(shapeOf(Config) ?? {}).map(([key, schema]) => toSection(key, schema));
  return [INTRODUCTION, ...sections, REFERENCE_CHAPTERS].join('\n\n') + '\n';
}

const INTRODUCTION = `# Configuration

<!-- Made by \`npm run generate\` from the schemas in src/. Changes made here by hand are lost. -->

Bailiwick reads one YAML file, \`bailiwick.yaml\` in the working directory unless \`--config FILE\` names another. Only
\`sources\` is required:

\`\`\`yaml
# yaml-language-server: $schema=./bailiwick.schema.json
sources:
  helpdesk:
    openapi: specs/helpdesk.yaml
\`\`\`

Keys that are not listed here are refused, with the place where they stand and the key that was probably meant.
\`bailiwick.schema.json\` tells editors the same. In the tables a \`<name>\` stands for a name of your choice and \`[]\` for each entry
of a list.`;

/** By key: where what it names is described. */
const FURTHER_READING: Readonly<Record<string, string>> = {
  policies:
    'How to write policies: [policies.md](policies.md). What a policy file may say: [policy-reference.md](policy-reference.md).',
  lock: 'What the lock holds, and how it is reviewed: [lock.md](lock.md).',
};

const REQUIRED = '**required**';

interface Row {
  readonly key: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
  readonly example: string;
}

function toSection(key: string, schema: z.ZodType): string {
  const { description = '', examples } = metaOf(schema);
  if (!hasMembers(schema)) {
    const parts = [`## ${key}`, toTable([toRow(key, schema)]), FURTHER_READING[key]];
    return parts.filter(Boolean).join('\n\n');
  }
  const example = examples.length > 0 ? ['```yaml', toBlockYaml(key, examples[0]), '```'].join('\n') : '';
  return [`## ${key}`, description, example, ...toTables(key, schema)].filter(Boolean).join('\n\n');
}

/** One table, or one for each kind where the named entries are of several kinds. */
function toTables(key: string, schema: z.ZodType): string[] {
  const entry = elementOf(unwrap(schema));
  const kinds = entry ? optionsOf(entry) : [];
  if (!entry || kinds.length < 2) return [toTable(toRows(key, schema))];
  const tables = kinds.flatMap((kind) => [
    `### ${key}: \`${tellingKeyOf(kind) ?? ''}\``,
    metaOf(kind).description ?? '',
    toTable(toRows(`${key}.<name>`, kind)),
  ]);
  return [metaOf(entry).description ?? '', ...tables];
}

/** A row for each setting below this one, depth first. */
function toRows(key: string, schema: z.ZodType): Row[] {
  const options = optionsOf(schema);
  const telling = options.flatMap((option) => tellingKeyOf(option) ?? []);
  return options.flatMap((option) => {
    const shape = shapeOf(option);
    if (!shape) return entryRows(key, option);
    const own = tellingKeyOf(option) ?? '';
    return Object.entries(shape).flatMap(([name, member]) => {
      const path = `${key}.${name}`;
      const row = toRow(path, member);
      const isEither = telling.length > 1 && row.fallback === REQUIRED;
      const fallback =
        name === own ? `one of ${telling.map(code).join(', ')}` : `${REQUIRED} with ${code(own)}`;
      return [isEither ? { ...row, fallback } : row, ...toRows(path, member)];
    });
  });
}

/** Rows of a list's entries, or of a mapping's that are named freely, where these have settings of their own. */
function entryRows(key: string, schema: z.ZodType): Row[] {
  const entry = elementOf(schema);
  if (!entry || !hasMembers(entry)) return [];
  return toRows(schema instanceof z.ZodArray ? `${key}[]` : `${key}.<name>`, entry);
}

function toRow(key: string, schema: z.ZodType): Row {
  const { description = '', examples } = metaOf(schema);
  return {
    key,
    type: typeName(schema),
    fallback: toFallback(schema),
    meaning: description,
    example: examples.map((example) => code(toFlowYaml(example))).join('<br>'),
  };
}

function toFallback(schema: z.ZodType): string {
  const value = defaultOf(schema);
  if (value === undefined) return isOptional(schema) ? 'none' : REQUIRED;
  return optionsOf(schema).some(shapeOf) ? 'see below' : code(toFlowYaml(value));
}

/** True for a schema with settings of its own below it. */
function hasMembers(schema: z.ZodType): boolean {
  return optionsOf(schema).some((option) => {
    const entry = elementOf(option);
    return shapeOf(option) !== undefined || (entry !== undefined && hasMembers(entry));
  });
}

function toTable(rows: readonly Row[]): string {
  const lines = rows.map(({ key, type, fallback, meaning, example }) => [
    code(key),
    type,
    fallback,
    meaning,
    example,
  ]);
  return [['Key', 'Type', 'Default', 'Meaning', 'Example'], ['---', '---', '---', '---', '---'], ...lines]
    .map((cells) => `| ${cells.map(toCell).join(' | ')} |`)
    .join('\n');
}

function toCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replace(/\s*\n\s*/g, ' ');
}

function code(text: string): string {
  return `\`${text}\``;
}

function toBlockYaml(key: string, value: unknown): string {
  return stringify({ [key]: value }, { lineWidth: 0 }).trimEnd();
}
