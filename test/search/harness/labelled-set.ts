import type { JsonObject } from '../../../src/catalog/json.ts';

/** A catalogue of tools, and questions of which it is known what answers them. */
export interface LabelledSet {
  readonly name: string;
  readonly tools: readonly LabelledTool[];
  /** Those with groups: what is measured. */
  readonly queries: readonly LabelledQuery[];
}

/** A tool as a file holds it. */
export interface LabelledTool {
  /** Unique in its set. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Like a JSON Schema, and not always a clean one. */
  readonly parameters: JsonObject;
  /** Where it comes from; empty: the set does not say. */
  readonly server: string;
  /** Words about a group of tools: a category, tags. */
  readonly groups: readonly string[];
  readonly method?: string;
  readonly path?: string;
  /** `x-kubernetes-action`, and the group, version and kind of a Kubernetes operation. */
  readonly action?: string;
  readonly kind?: { readonly group?: string; readonly version?: string; readonly kind?: string };
  /** Words that help to find it, as configuration would give them. */
  readonly hints: readonly string[];
}

/** A question and its labels. */
export interface LabelledQuery {
  readonly id: string;
  readonly text: string;
  /** Each is satisfied by any one of its tools, and counts once. Not empty. */
  readonly groups: readonly ReadonlySet<string>[];
  /** What figures are told apart by beside the set: a sort of question, an origin of its text. */
  readonly parts: readonly string[];
}

/** What agents asked in the course of tasks, over the catalogue of a set. */
export interface TaskSet {
  readonly name: string;
  /** The set whose tools are meant. */
  readonly catalogue: string;
  readonly routes: readonly {
    readonly task: string;
    readonly text: string;
    readonly recorded: readonly string[];
  }[];
  readonly groups: ReadonlyMap<string, readonly ReadonlySet<string>[]>;
}
