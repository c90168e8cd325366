import { pathToFileURL } from 'node:url';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { FAILED_FILE_KEY } from '../../catalog/local-tools.ts';
import type { LocalTool, ToolSchema } from './define-tool.ts';
import { toJsonSchema, type SchemaLibrary } from './to-json-schema.ts';

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

/** Loads files, each by itself: one that is no tool costs that one. */
export async function loadTools(
  files: readonly string[],
  libraryOf: (file: string) => SchemaLibrary,
): Promise<LoadedTools> {
  const entries: JsonObject[] = [];
  const tools = new Map<string, LoadedTool>();
  for (const file of files) {
    try {
      const { name, entry, tool } = await loadTool(file, libraryOf(file));
      entries.push(entry);
      tools.set(name, tool);
    } catch (error) {
      entries.push({ [FAILED_FILE_KEY]: { file, reason: reasonOf(error) } });
    }
  }
  return { entries, tools };
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
    entry,
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
  if (!(error instanceof Error)) return String(error).slice(0, 500);
  const [first = ''] = error.message.split('\n');
  const isPlain = error.constructor === Error && !('code' in error);
  return `${isPlain ? '' : `${error.name}: `}${first}`.slice(0, 500);
}
