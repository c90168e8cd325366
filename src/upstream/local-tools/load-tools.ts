import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { FAILED_FILE_KEY } from '../../catalog/local-tools.ts';
import type { LocalTool, ToolSchema } from './define-tool.ts';
import { toJsonSchema, type SchemaLibrary } from './to-json-schema.ts';
import { textOf } from './to-result.ts';

/** A tool that can be called. */
export interface LoadedTool {
  readonly input: ToolSchema | undefined;
  readonly hasOutput: boolean;
  readonly run: LocalTool['run'];
}

export interface LoadedTools {
  /** Entries of `tools/list`: of each file a tool, or what is wrong with it. */
  readonly entries: readonly JsonObject[];
  readonly tools: ReadonlyMap<string, LoadedTool>;
}

/** How long one file may wait for something while it is loaded, in milliseconds. */
const LOAD_MS = 10_000;

/** Loads files, each by itself: one that is no tool costs that one. */
export async function loadTools(
  files: readonly string[],
  libraryOf: (file: string) => SchemaLibrary,
  patienceMs = LOAD_MS,
): Promise<LoadedTools> {
  const entries: JsonObject[] = [];
  const tools = new Map<string, LoadedTool>();
  const loading = files.map(async (file) => {
    const loaded = inTime(loadTool(file, libraryOf(file)), patienceMs);
    return loaded.then(
      (found) => ({ file, found }),
      (error: unknown) => ({ file, reason: reasonOf(error) }),
    );
  });
  for (const { file, ...outcome } of withoutTwins(await Promise.all(loading))) {
    if ('reason' in outcome) {
      entries.push({ [FAILED_FILE_KEY]: { file, reason: outcome.reason } });
      continue;
    }
    const { name, entry, tool } = outcome.found;
    entries.push(entry);
    tools.set(name, tool);
  }
  return { entries, tools };
}

type Outcome = { readonly file: string } & (
  | { readonly found: Awaited<ReturnType<typeof loadTool>> }
  | { readonly reason: string }
);

/** Files that give their tools one name: neither has it, as which one was meant cannot be known. */
function withoutTwins(outcomes: readonly Outcome[]): Outcome[] {
  const byName = Map.groupBy(outcomes, (one) => ('found' in one ? one.found.name : undefined));
  return outcomes.map((one) => {
    if ('reason' in one) return one;
    const { file, found } = one;
    const others = (byName.get(found.name) ?? []).filter((other) => other !== one);
    if (others.length === 0) return one;
    const named = others.slice(0, 3).map((other) => path.relative(path.dirname(file), other.file));
    return { file, reason: `its tool has the name \`${found.name}\`, as that of ${named.join(', ')} has` };
  });
}

async function inTime<T>(work: Promise<T>, patienceMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`it was not loaded after ${patienceMs} ms: it waits for something`)),
    patienceMs,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function loadTool(
  file: string,
  library: SchemaLibrary,
): Promise<{ name: string; entry: JsonObject; tool: LoadedTool }> {
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const tool = (exported['default'] ?? exported) as Partial<LocalTool>;
  const { name, description, title, access = 'destructive', annotations = {}, run } = tool;
  if (typeof name !== 'string' || name === '') throw new Error('it exports no `name`');
  if (typeof description !== 'string') throw new Error('it exports no `description`');
  if (typeof run !== 'function') throw new Error('it exports no function `run`');
  if (!isJsonObject(annotations)) throw new Error('its `annotations` are no object');
  const input = tool.input ?? tool.inputSchema;
  const output = tool.output ?? tool.outputSchema;
  const inputSchema =
    input === undefined
      ? { type: 'object', properties: {}, additionalProperties: false }
      : await toJsonSchema(input, 'input', library);
  const entry: JsonObject = {
    name,
    ...(title !== undefined && { title }),
    description,
    inputSchema,
    ...(output !== undefined && { outputSchema: await toJsonSchema(output, 'output', library) }),
    annotations: { ...annotations, ...hintsOf(access) },
  };
  return {
    name,
    // What JSON cannot say costs this file now, and not all of them when they are listed.
    entry: JSON.parse(JSON.stringify(entry)) as JsonObject,
    tool: { input, hasOutput: output !== undefined, run: (args, context) => run.call(tool, args, context) },
  };
}

/** What says the same as `access` in MCP. */
function hintsOf(access: unknown): JsonObject {
  switch (access) {
    case 'read':
      return { readOnlyHint: true };
    case 'write':
      return { readOnlyHint: false, destructiveHint: false };
    case 'destructive':
      return { readOnlyHint: false, destructiveHint: true };
    default:
      throw new Error('its `access` is none of `read`, `write` and `destructive`');
  }
}

/** One line: what went wrong, and where, if that is known. */
function reasonOf(error: unknown): string {
  const [first = ''] = textOf(error).split('\n');
  const isPlain = !(error instanceof Error) || (error.constructor === Error && !('code' in error));
  return `${isPlain ? '' : `${textOf(error.name)}: `}${first}`.slice(0, 500);
}
