import type { JsonObject } from '../../catalog/json.ts';
import type { ToolPrincipal } from '../../catalog/local-tools.ts';

/** A schema of a library that says what it accepts: zod 4, or another that follows standardschema.dev. */
interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly output: Output } | undefined;
  };
}

/** A schema: of such a library, or JSON Schema (2020-12). */
export type ToolSchema = StandardSchema | JsonObject;

/** What a schema lets through. */
type OutputOf<Schema> =
  Schema extends StandardSchema<infer Output>
    ? Output
    : // oxlint-disable-next-line typescript/no-explicit-any -- JSON Schema says it to the gateway, not to the compiler
      any;

/** What a tool is told beside its arguments. */
export interface ToolContext {
  /** Who calls. */
  readonly principal: ToolPrincipal;
  /** Fires when the caller gives up or the call takes too long. */
  readonly signal: AbortSignal;
  /** Tells the caller how far the work is, where it wants to know. */
  readonly progress: (progress: number, total?: number, message?: string) => void;
  /** Writes to the log of the gateway at debug level. */
  readonly log: (message: string) => void;
}

/** A tool, as a file of `sources.<name>.tools` exports it: by default, or member by member. */
export interface LocalTool<Input extends ToolSchema = ToolSchema> {
  readonly name: string;
  readonly description: string;
  readonly title?: string;
  /** Its arguments: an object. Absent: none. */
  readonly input?: Input;
  /** The same as `input`, under MCP's name. */
  readonly inputSchema?: Input;
  /** What `run` returns; then results are structured. */
  readonly output?: ToolSchema;
  readonly outputSchema?: ToolSchema;
  /** What it can do to the world. Absent: `destructive`. */
  readonly access?: 'read' | 'write' | 'destructive';
  /** MCP annotations; `access` stands before their hints. */
  readonly annotations?: JsonObject;
  /**
   * Does the work, on arguments that fit the schema.
   *
   * @returns text, JSON, or an MCP `CallToolResult`. What is thrown becomes a result with `isError`.
   */
  readonly run: (args: OutputOf<Input>, context: ToolContext) => unknown;
}

/** The tool itself; what it adds is types: those of `run`'s arguments come from `input`. */
export function defineTool<const Input extends ToolSchema>(tool: LocalTool<Input>): LocalTool<Input> {
  return tool;
}
