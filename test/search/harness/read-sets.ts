import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { JsonObject } from '../../../src/catalog/json.ts';
import type { LabelledQuery, LabelledSet, LabelledTool, TaskSet } from './labelled-set.ts';

/** What a directory of sets holds. */
export interface Sets {
  readonly sets: readonly LabelledSet[];
  readonly tasks: readonly TaskSet[];
  /** What is odd and no error: a label that names no tool, queries without a catalogue. With file and line. */
  readonly warnings: readonly string[];
}

const words = z.union([z.string(), z.array(z.string())]).nullish();
const label = z.string().nullish();

const ToolLine = z.looseObject({
  id: z.string().min(1),
  name: z.string().min(1),
  description: label,
  parameters: z.record(z.string(), z.unknown()).nullish(),
  server: label,
  category: words,
  tags: words,
  method: label,
  path: label,
  action: label,
  gvk: z.looseObject({ group: label, version: label, kind: label }).nullish(),
  hints: words,
});

const Groups = z.array(z.array(z.string().min(1)).min(1));

const QueryLine = z.looseObject({
  qid: z.union([z.string(), z.number()]).nullish(),
  q: z.string().min(1),
  groups: Groups.nullish(),
  kind: label,
  src: label,
});

const SetLine = z.looseObject({
  name: z.string().min(1).nullish(),
  catalog: label,
  tools: z.array(ToolLine).nullish(),
  queries: z.array(QueryLine).nullish(),
  routes: z
    .array(z.looseObject({ task: z.string(), q: z.string(), res: z.array(z.string()).nullish() }))
    .nullish(),
  taskrel: z.record(z.string(), Groups).nullish(),
});

/** What a line may hold that is measured. */
const MEMBERS = ['tools', 'queries', 'routes', 'taskrel'];

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What is wrong with a value, for people. */
const toSentence: z.core.$ZodErrorMap = ({ code, input, ...issue }) => {
  if (input === undefined) return 'is missing';
  if (code === 'invalid_type') {
    const expected = String('expected' in issue ? issue.expected : '');
    return `must be ${KINDS[expected] ?? expected}`;
  }
  if (code === 'too_small') return 'must not be empty';
  if (code === 'invalid_union') return 'must be text, or what else docs/search-evaluation.md names';
  return undefined;
};

/** A line, and the place it stands at. */
type Line = z.output<typeof SetLine> & { readonly place: string };

/**
 * Reads every `*.jsonl` of a directory, in the order of the names. A file is one set: its lines are put together.
 *
 * @throws Error with file and line where a line is no such object, or says a tool's id twice; or when there is no file.
 */
export async function readSets(directory: string): Promise<Sets> {
  const files = (await listFiles(directory)).filter((file) => file.endsWith('.jsonl')).toSorted();
  if (files.length === 0) throw new Error(`${directory} holds no .jsonl file`);
  const read = await Promise.all(
    files.map(async (file) => ({ file, lines: await readLines(path.join(directory, file)) })),
  );
  const sets = new Map<string, LabelledSet>();
  const routed: Line[] = [];
  const warnings: string[] = [];
  for (const { file, lines } of read) {
    refuseOthers(lines);
    const stem = path.basename(file, '.jsonl');
    const own = lines[0]?.name ?? stem;
    const name = sets.has(own) ? `${own} (${stem})` : own;
    const set = toSet(name, lines, warnings);
    if (set.tools.length > 0) sets.set(name, set);
    else if (set.queries.length > 0) warnings.push(`${file}: its queries are left out: it has no tools`);
    routed.push(...lines.filter(({ routes }) => routes).map((line) => ({ ...line, name })));
  }
  return {
    sets: [...sets.values()],
    tasks: routed.flatMap((line) => toTaskSet(line, sets) ?? leftOut(line, warnings)),
    warnings,
  };
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    throw new Error(`${directory} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function readLines(file: string): Promise<Line[]> {
  // Some editors begin a file with a mark of its byte order.
  const lines = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '').split('\n');
  return lines.flatMap((text, index) => {
    if (text.trim() === '') return [];
    const place = `${file}:${index + 1}`;
    const value = parse(text, place);
    const line = SetLine.safeParse(value, { error: toSentence });
    if (line.success) return [{ ...line.data, place }];
    const [issue] = line.error.issues;
    const at = z.core.toDotPath(issue?.path ?? []);
    throw new Error(`${place}: ${at === '' ? 'the line' : at}: ${issue?.message}`);
  });
}

/** What is no set would be left out without a word. */
function refuseOthers(lines: readonly Line[]): void {
  const [first] = lines;
  const isSet = lines.some((line) => MEMBERS.some((member) => Object.hasOwn(line, member)));
  if (first && !isSet)
    throw new Error(`${first.place}: no line of the file has any member of a set: ${MEMBERS.join(', ')}`);
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${place}: not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function toSet(name: string, lines: readonly Line[], warnings: string[]): LabelledSet {
  const tools = new Map<string, LabelledTool>();
  const queries = new Map<string, LabelledQuery>();
  for (const { tools: some, place } of lines) {
    for (const each of some ?? []) {
      if (tools.has(each.id)) throw new Error(`${place}: the tool id "${each.id}" is there twice`);
      tools.set(each.id, toTool(each));
    }
  }
  for (const { queries: some, place } of lines) {
    for (const each of some ?? []) {
      if (!each.groups?.length) continue;
      const own = String(each.qid ?? queries.size + 1);
      const id = queries.has(own) ? `${own} (${queries.size + 1})` : own;
      if (id !== own) warnings.push(`${place}: the query id "${own}" is there twice: both count`);
      const absent = new Set(each.groups.flat().filter((tool) => !tools.has(tool)));
      for (const tool of absent) warnings.push(`${place}: query "${id}": there is no tool "${tool}"`);
      const groups = each.groups.map((group) => new Set(group));
      const parts = [...new Set([each.kind, each.src])].filter((part) => typeof part === 'string');
      queries.set(id, { id, text: each.q, groups, parts });
    }
  }
  return { name, tools: [...tools.values()], queries: [...queries.values()] };
}

function toTool(line: z.output<typeof ToolLine>): LabelledTool {
  const { id, name, description, parameters, server, category, tags, method, path: at, action, gvk } = line;
  return {
    id,
    name,
    description: description ?? '',
    parameters: (parameters ?? {}) as JsonObject,
    server: server ?? '',
    groups: [...toList(category), ...toList(tags)],
    hints: toList(line.hints),
    ...(method && { method: method.toUpperCase() }),
    ...(at && { path: at }),
    ...(action && { action }),
    ...(gvk?.kind && { kind: dropNull(gvk) }),
  };
}

function toList(value: z.output<typeof words>): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? []);
}

function dropNull({ group, version, kind }: NonNullable<z.output<typeof ToolLine>['gvk']>) {
  return {
    ...(typeof group === 'string' && { group }),
    ...(typeof version === 'string' && { version }),
    ...(typeof kind === 'string' && { kind }),
  };
}

/** What agents write to a tool that finds tools is marked up: `<tool_assistant>`, `server:`, `tool:`. */
function stripMarks(text: string): string {
  return text
    .replaceAll(/<\/?\w+>/g, ' ')
    .replaceAll(/\b(?:server|tool)\s*:/gi, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Undefined where no set holds the tools that are meant. */
function toTaskSet(line: Line, sets: ReadonlyMap<string, LabelledSet>): TaskSet | undefined {
  const { name, routes, taskrel, place } = line;
  const groups = new Map(
    Object.entries(taskrel ?? {}).map(([task, some]) => [task, some.map((group) => new Set(group))]),
  );
  const asked = [...groups.values()].flatMap((some) => some.flatMap((group) => [...group]));
  const catalogue = line.catalog ?? mostOf(asked, sets);
  if (catalogue === undefined || !sets.has(catalogue)) return undefined;
  const known = (routes ?? []).filter(({ task }) => groups.has(task));
  return {
    name: name ?? place,
    catalogue,
    groups,
    routes: known.map(({ task, q, res }) => ({ task, text: stripMarks(q), recorded: res ?? [] })),
  };
}

function leftOut({ place }: Line, warnings: string[]): [] {
  warnings.push(
    `${place}: its tasks are left out: no set of the directory holds the tools that "taskrel" names`,
  );
  return [];
}

function mostOf(ids: readonly string[], sets: ReadonlyMap<string, LabelledSet>): string | undefined {
  const counts = [...sets.values()].map(({ name, tools }) => {
    const own = new Set(tools.map(({ id }) => id));
    return { name, count: ids.filter((id) => own.has(id)).length };
  });
  return counts.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count)[0]?.name;
}
