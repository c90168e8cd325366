import type { JsonObject } from './json.ts';
import type { Tool } from './tool.ts';

/** A resource of an upstream, listed under its own URI. `definition` is the upstream's entry, untouched. */
export interface Resource {
  readonly source: string;
  readonly uri: string;
  readonly definition: JsonObject;
}

/** A resource template of an upstream (RFC 6570). */
export interface ResourceTemplate {
  readonly source: string;
  readonly uriTemplate: string;
  readonly definition: JsonObject;
}

/** A prompt of an upstream. `name` is its own name in the source. */
export interface Prompt {
  readonly source: string;
  readonly name: string;
  readonly upstreamName: string;
  readonly definition: JsonObject;
}

/** A source's share of the catalog: what a compiler makes of one source. */
export interface Contribution {
  readonly source: string;
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  readonly templates: readonly ResourceTemplate[];
  readonly prompts: readonly Prompt[];
  /** What could not become an entry, and why. Nothing is dropped without a row here. */
  readonly skipped: readonly Skip[];
  /** What was compiled with a loss, and which. */
  readonly lossy: readonly Loss[];
  /** What was tolerated in the source itself: a repeated key, an odd version. Sentences with file, line and column. */
  readonly warnings?: readonly string[];
  /** What an MCP server says of itself; other sources have none. */
  readonly server?: ServerFacts;
  /** Operations, or listed entries, that the source declares. */
  readonly operations: number;
}

/** What an upstream MCP server says of itself, beside its lists. Untrusted text is already cleaned and cut. */
export interface ServerFacts {
  /** MCP ServerCapabilities, as declared. */
  readonly capabilities: JsonObject;
  readonly instructions?: string;
  /** How long its lists may be kept, in milliseconds: the least of its lists. Absent: it does not say. */
  readonly ttlMs?: number;
}

export interface Skip {
  /** The operation (`GET /tickets`) or entry (`tool echo`). */
  readonly operation: string;
  /** A stable, named reason, e.g. `unresolved-reference`. */
  readonly reason: string;
  /** What exactly, with a JSON pointer where there is one. */
  readonly detail: string;
}

export interface Loss {
  readonly operation: string;
  readonly reason: string;
  readonly detail: string;
}

/** What policy decides about. */
export type Target =
  | { readonly kind: 'tool'; readonly tool: Tool }
  | { readonly kind: 'resource'; readonly source: string; readonly uri: string }
  | { readonly kind: 'prompt'; readonly source: string; readonly name: string }
  /** A model by the name that agents ask for. `source` is the one that asks a client for its model (MCP sampling), and empty elsewhere. */
  | { readonly kind: 'model'; readonly source: string; readonly name: string };
