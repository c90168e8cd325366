import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Contribution, Loss, Prompt, Resource, ResourceTemplate, Skip } from '../../catalog/entries.ts';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { createTextCleaner, type TextLoss } from './clean-text.ts';
import { cleanEntry } from './entry-texts.ts';
import { findBadHeaderAnnotation } from './header-annotations.ts';
import { isDeeperThan } from './depth.ts';
import { countBy, toOwnNames } from './names.ts';
import type { McpSkipReason } from './reasons.ts';
import { toServerFacts } from './server-facts.ts';
import { toVisibleText, truncate } from './text.ts';
import { toTool } from './tool.ts';
import { createSchemaCheck, toValidationSchema } from './validation-schema.ts';
import { messageOf } from '../../errors.ts';

/** An upstream's lists as it sent them: nothing in them is believed. */
export interface McpLists {
  readonly tools: readonly unknown[];
  readonly resources: readonly unknown[];
  readonly templates: readonly unknown[];
  readonly prompts: readonly unknown[];
  /** How long the lists may be kept, in milliseconds. */
  readonly ttlMs?: number;
  /** What the server said of itself when it was connected: MCP `InitializeResult` or `DiscoverResult`. */
  readonly handshake?: JsonObject;
}

export interface CompileMcpOptions extends McpLists {
  readonly source: string;
  /** Whether `readOnlyHint` and `destructiveHint` may lower a tool's access. They are shown to clients either way. */
  readonly trustAnnotations: boolean;
}

/**
 * An upstream MCP server's lists as catalog entries. Pure; the order of the lists does not change the result.
 *
 * A bad entry costs only itself: it becomes a row of `skipped` with a reason of {@link McpSkipReason}.
 */
export function compileMcp(options: CompileMcpOptions): Contribution {
  const { source } = options;
  const skipped: Skip[] = [];
  const lossy: Loss[] = [];

  const tools = compileTools(options, skipped, lossy);
  const show = createShow(lossy);
  const resources: Resource[] = byKey('resource', 'uri', 'no-uri', options.resources, skipped).map(
    ([uri, definition]) => ({ source, uri, definition: show('resource', 'uri', uri, definition) }),
  );
  const templates: ResourceTemplate[] = byKey(
    'template',
    'uriTemplate',
    'no-uri',
    options.templates,
    skipped,
  ).map(([uriTemplate, definition]) => ({
    source,
    uriTemplate,
    definition: show('template', 'uriTemplate', uriTemplate, definition),
  }));
  const prompts = compilePrompts(options, skipped, show);
  return {
    source,
    tools,
    resources,
    templates,
    prompts,
    skipped: skipped.toSorted(byOperation),
    lossy: lossy.toSorted(byOperation),
    ...(options.handshake && { server: toServerFacts(options.handshake, options.ttlMs) }),
    operations:
      options.tools.length + options.resources.length + options.templates.length + options.prompts.length,
  };
}

function compileTools(options: CompileMcpOptions, skipped: Skip[], lossy: Loss[]): Tool[] {
  const findSchemaFault = createSchemaCheck();
  const entries = byKey('tool', 'name', 'no-name', options.tools, skipped);
  const names = toOwnNames(entries.map(([name]) => name));
  const tools: Tool[] = [];
  for (const [upstreamName, definition] of entries) {
    const skip = (reason: McpSkipReason, detail: string) =>
      skipped.push({ operation: toOperation('tool', upstreamName), reason, detail: toDetail(detail) });
    const name = names.get(upstreamName);
    if (name === undefined) {
      skip('name-collision', 'its name without special characters is taken by another tool');
      continue;
    }
    const inputSchema = definition['inputSchema'];
    if (!isJsonObject(inputSchema) || inputSchema['type'] !== 'object') {
      skip('input-schema-not-object', '/inputSchema: "type" must be "object"');
      continue;
    }
    const badHeader = findBadHeaderAnnotation(inputSchema);
    if (badHeader !== undefined) {
      skip('invalid-header-annotation', `/inputSchema${badHeader}`);
      continue;
    }
    const schemaFault = findSchemaFault(toValidationSchema(inputSchema));
    if (schemaFault !== undefined) {
      skip('input-schema-invalid', `/inputSchema: ${schemaFault}`);
      continue;
    }
    const compiled = toTool(definition, {
      source: options.source,
      name,
      upstreamName,
      inputSchema,
      trustAnnotations: options.trustAnnotations,
    });
    tools.push(compiled.tool);
    for (const loss of compiled.losses) lossy.push({ operation: toOperation('tool', upstreamName), ...loss });
  }
  return tools;
}

type Show = ReturnType<typeof createShow>;

/** Makes definitions fit to be shown, and says what that cost them. */
function createShow(lossy: Loss[]) {
  return (
    kind: EntryKind,
    member: 'name' | 'uri' | 'uriTemplate',
    key: string,
    definition: JsonObject,
  ): JsonObject => {
    const losses: TextLoss[] = [];
    const shown = cleanEntry(definition, member, createTextCleaner(losses), losses);
    for (const loss of losses) lossy.push({ operation: toOperation(kind, key), ...loss });
    return shown;
  };
}

function compilePrompts(options: CompileMcpOptions, skipped: Skip[], show: Show): Prompt[] {
  const entries = byKey('prompt', 'name', 'no-name', options.prompts, skipped);
  const names = toOwnNames(entries.map(([name]) => name));
  const prompts: Prompt[] = [];
  for (const [upstreamName, definition] of entries) {
    const name = names.get(upstreamName);
    if (name === undefined) {
      const reason: McpSkipReason = 'name-collision';
      const detail = 'its name without special characters is taken by another prompt';
      skipped.push({ operation: toOperation('prompt', upstreamName), reason, detail });
      continue;
    }
    const shown = show('prompt', 'name', upstreamName, definition);
    prompts.push({ source: options.source, name, upstreamName, definition: shown });
  }
  return prompts;
}

/** The usable entries of a list under their name or URI, in its order; all others leave a row in `skipped`. */
function byKey(
  kind: EntryKind,
  member: 'name' | 'uri' | 'uriTemplate',
  missing: McpSkipReason,
  list: readonly unknown[],
  skipped: Skip[],
): (readonly [key: string, definition: JsonObject])[] {
  const entries: (readonly [string, JsonObject])[] = [];
  for (const [index, definition] of list.entries()) {
    const skip = (operation: string, reason: McpSkipReason, detail: string) =>
      void skipped.push({ operation, reason, detail: toDetail(detail) });
    const position = `${kind} #${index}`;
    if (!isJsonObject(definition)) {
      skip(position, 'not-an-object', `/${index}`);
      continue;
    }
    const key = definition[member];
    if (typeof key !== 'string' || key === '') {
      skip(position, missing, `/${index}/${member}`);
      continue;
    }
    const fault = findCanonicalFault(definition);
    if (fault !== undefined) skip(toOperation(kind, key), 'no-canonical-form', `/${index}: ${fault}`);
    else entries.push([key, definition]);
  }
  const uses = countBy(entries.map(([key]) => key));
  return entries
    .filter(([key]) => {
      if (uses.get(key) === 1) return true;
      const reason: McpSkipReason = 'name-collision';
      const detail = `${uses.get(key)} entries have this ${member}`;
      skipped.push({ operation: toOperation(kind, key), reason, detail });
      return false;
    })
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

type EntryKind = 'tool' | 'resource' | 'template' | 'prompt';

/** What an entry is called in reports: `tool echo`, in characters a terminal can be given. */
function toOperation(kind: EntryKind, key: string): string {
  return `${kind} ${truncate(toVisibleText(key), 200)}`;
}

function toDetail(text: string): string {
  return truncate(toVisibleText(text), 500);
}

/** Deeper definitions are refused: what walks them later (validators, serialisers) recurses. */
const MAX_DEPTH = 256;

function findCanonicalFault(definition: JsonObject): string | undefined {
  if (isDeeperThan(definition, MAX_DEPTH)) return `nested deeper than ${MAX_DEPTH} levels`;
  try {
    toCanonicalJson(definition);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function byOperation(a: Skip, b: Skip): number {
  const left = `${a.operation}\n${a.reason}\n${a.detail}`;
  const right = `${b.operation}\n${b.reason}\n${b.detail}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
