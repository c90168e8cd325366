import type { Json, JsonObject } from '../../../src/catalog/json.ts';

/** What has to arrive at the API, and nothing else. */
export interface Arrival {
  readonly method: string;
  /** With the segments as they are sent. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** One thing that an agent does on the way to a goal. */
export interface Step {
  /** What an agent writes who knows the goal, and not the catalog. */
  readonly query: string;
  /** The tool that does it. */
  readonly tool: string;
  /** Where its description is looked into, because it is deeper than one answer. */
  readonly pointers?: readonly string[];
  /** Members that have to be read in the description before the arguments can be written. */
  readonly members?: readonly string[];
  /** The arguments; what the step before answered is at hand. */
  readonly args: JsonObject | ((before: JsonObject) => JsonObject);
  readonly arrives: Arrival | ((before: JsonObject) => Arrival);
}

/** Something that somebody asks an agent for, and how one goes about it. Its steps are looked for in one question. */
export interface Task {
  readonly goal: string;
  readonly steps: readonly Step[];
}
