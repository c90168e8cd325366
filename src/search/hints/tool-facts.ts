import { digestOf } from '../../catalog/canonical.ts';
import { isJsonObject, type Json } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';

/** What a model is told of a tool: never an argument, a result, an address or a credential. */
export interface ToolFacts {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly parameters: readonly string[];
}

/** The longest description that is sent, in characters, and the most names of parameters. */
const MAX_DESCRIPTION = 1_000;
const MAX_PARAMETERS = 60;

/** Levels of properties whose names are sent. */
const DEPTH = 2;

/** Names, descriptions and names of parameters, cut. */
export function toFacts({ name, title, description, inputSchema }: Tool): ToolFacts {
  const parameters = new Set<string>();
  collectNames(inputSchema, DEPTH, parameters);
  return {
    name,
    ...(title !== undefined && { title: title.slice(0, MAX_DESCRIPTION) }),
    description: description.slice(0, MAX_DESCRIPTION).toWellFormed(),
    parameters: [...parameters],
  };
}

/** Tells whether a tool is still the one for which hints were written. */
export function digestOfFacts(facts: ToolFacts): string {
  return digestOf({ ...facts, parameters: facts.parameters.toSorted() });
}

function collectNames(schema: Json | undefined, depth: number, found: Set<string>): void {
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  if (depth === 0 || !isJsonObject(properties)) return;
  for (const [name, property] of Object.entries(properties)) {
    if (found.size >= MAX_PARAMETERS) return;
    found.add(name.slice(0, 100).toWellFormed());
    collectNames(property, depth - 1, found);
  }
}
