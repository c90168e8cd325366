import type { JsonObject, JsonSchema } from './json.ts';
import type { Tool } from './tool.ts';

/** What a catalog holds, as MCP's lists tell it apart. */
export type EntryKind = 'tool' | 'resource' | 'template' | 'prompt';

/** An entry of the catalog as one caller finds it at one endpoint. */
export interface SeenEntry {
  readonly kind: EntryKind;
  readonly source: string;
  /** Own name of a tool or prompt, own URI of a resource, own URI template. */
  readonly own: string;
  /** {@link entryKey} of the three above. */
  readonly key: string;
  /** As clients of the endpoint see and send it: a name, a URI, a URI template. */
  readonly shown: string;
  /** The endpoint gave it this name: it says more than those of the entry and its source. */
  readonly isRenamed?: boolean;
  /** Of a tool: as policy presents it to this caller (schema narrowed). */
  readonly tool?: Tool;
  /** As the endpoint's own list would show it. Made when it is asked for. */
  present(): JsonObject;
  /**
   * Of a tool: the input schema that `present` shows, with all that was cut from it for its size. Narrowed, and without what is pinned,
   * as that one is. Absent where nothing more is known than what `present` shows.
   */
  presentWhole?(): JsonSchema;
  /** Of a tool: some of what the catalog says of its arguments is not for this caller, and not in `presentWhole`. */
  readonly hidesArguments?: boolean;
}

/**
 * What a caller finds at an endpoint: all that may be spoken of to it. Whatever is not in here is not there, be it hidden or
 * absent.
 */
export interface Sight {
  /** Tools, then resources, templates and prompts, each by source, then by own name or URI: never in the order of answers. */
  readonly entries: readonly SeenEntry[];
  /** The entry that clients of the endpoint mean by a name or URI. */
  named(kind: EntryKind, shown: string): SeenEntry | undefined;
  /** Sources of the entries, sorted. */
  readonly sources: readonly string[];
}

/** Tells entries apart, in every catalog alike. A source's name has no slash, a kind no space. */
export function entryKey(kind: EntryKind, source: string, own: string): string {
  return `${kind} ${source}/${own}`;
}
