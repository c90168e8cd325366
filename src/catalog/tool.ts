import type { Binding } from './binding.ts';
import type { JsonObject, JsonSchema } from './json.ts';

/** What a tool can do to the world. Unknown counts as `destructive`. */
export type Access = 'read' | 'write' | 'destructive';

/** Every {@link Access}, from the mildest to the gravest. */
export const ACCESS = ['read', 'write', 'destructive'] as const satisfies readonly Access[];

/** Facts that policy selects on, beside the tool's name and access. */
export interface ToolAttributes {
  /** OpenAPI tags. */
  readonly tags?: readonly string[];
  /** HTTP method in upper case. */
  readonly method?: string;
  /** Path template as the document writes it. */
  readonly path?: string;
  /** What a Kubernetes document says of the operation: `x-kubernetes-action`, `x-kubernetes-group-version-kind`. */
  readonly kubernetes?: KubernetesAttributes;
}

/** An operation of a Kubernetes API. */
export interface KubernetesAttributes {
  /** `list`, `get`, `post`, `put`, `patch`, `delete`, `deletecollection`, `watch`, `connect`, … */
  readonly action?: string;
  /** Empty for the core group. */
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
}

/**
 * One entry of the catalog. Pure data: nothing in it can reach a network.
 *
 * A compiler may define members as memoised getters, so that the schemas of a tool that nobody asks for cost nothing.
 */
export interface Tool {
  readonly source: string;
  /** Own name: unique in its source, `^[A-Za-z0-9_-]{1,64}$`. */
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  /** Presented to clients, before policy narrows it. Its root is an object schema. */
  readonly inputSchema: JsonSchema;
  /** Validates a call. Equal to `inputSchema` or stricter. */
  readonly validationSchema: JsonSchema;
  /** May read as `undefined` from a getter: whether there is one is then known only when somebody asks. */
  readonly outputSchema?: JsonSchema | undefined;
  /** MCP tool annotations (`readOnlyHint`, …): hints for clients, never a ground for a decision. */
  readonly annotations?: JsonObject;
  readonly access: Access;
  /** What an upstream says of its tool's access, where that is not believed: it counts once the lock holds the tool. */
  readonly claimedAccess?: Access;
  /** OAuth scopes the operation asks for, as alternatives (OR) of conjunctions (AND). Empty: none. */
  readonly scopes: readonly (readonly string[])[];
  readonly attributes: ToolAttributes;
  /** Words that help to find the tool and are shown to nobody. */
  readonly hints?: readonly string[];
  readonly binding: Binding;
  /** Members of an upstream's definition that Bailiwick passes on untouched (`icons`, `_meta`, …). */
  readonly passthrough?: JsonObject;
}
