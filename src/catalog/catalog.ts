import { digestOf } from './canonical.ts';
import type { Contribution, Prompt, Resource, ResourceTemplate } from './entries.ts';
import { toShownName } from './names.ts';
import type { Tool } from './tool.ts';

/**
 * An immutable snapshot of every tool, resource, template and prompt.
 *
 * Order is by source, then by name or URI: it never depends on the order in which sources answered.
 */
export interface Catalog {
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  readonly templates: readonly ResourceTemplate[];
  readonly prompts: readonly Prompt[];
  readonly contributions: readonly Contribution[];
  /** The tool that `/mcp` shows under this name. */
  toolByShownName(shownName: string): Tool | undefined;
  /** The tool that `/mcp/<source>` shows under this name. */
  toolByOwnName(source: string, ownName: string): Tool | undefined;
  /** Digest over every definition; the same inputs give the same digest. Computed on first use. */
  readonly digest: string;
}

/** Merges the sources' contributions into one snapshot. The contributions' order does not matter. */
export function createCatalog(contributions: readonly Contribution[]): Catalog {
  const ordered = contributions.toSorted((a, b) => compare(a.source, b.source));
  const tools = ordered.flatMap((one) => one.tools.toSorted((a, b) => compare(a.name, b.name)));
  const resources = ordered.flatMap((one) => one.resources.toSorted((a, b) => compare(a.uri, b.uri)));
  const templates = ordered.flatMap((one) =>
    one.templates.toSorted((a, b) => compare(a.uriTemplate, b.uriTemplate)),
  );
  const prompts = ordered.flatMap((one) => one.prompts.toSorted((a, b) => compare(a.name, b.name)));
  const byShownName = new Map(tools.map((tool) => [toShownName(tool.source, tool.name), tool]));
  let digest: string | undefined;
  return {
    tools,
    resources,
    templates,
    prompts,
    contributions: ordered,
    toolByShownName: (shownName) => byShownName.get(shownName),
    toolByOwnName: (source, ownName) => {
      const tool = byShownName.get(toShownName(source, ownName));
      return tool?.name === ownName ? tool : undefined;
    },
    get digest() {
      return (digest ??= digestOf({ tools: tools.map(toDefinition), resources, templates, prompts }));
    },
  };
}

const DEFINITION = [
  'source',
  'name',
  'title',
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
  'access',
  'scopes',
  'binding',
  'passthrough',
  'hints',
] as const satisfies readonly (keyof Tool)[];

/** What a tool's digest covers: all that a reviewer of its definition has to see. */
export function toDefinition(tool: Tool): Pick<Tool, (typeof DEFINITION)[number]> {
  return Object.fromEntries(DEFINITION.map((key) => [key, tool[key]])) as unknown as Tool;
}

/** Code-unit order: the same on every machine, whatever its locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
