import type { JsonObject } from '../../catalog/json.ts';
import type { Sight } from '../../catalog/sight.ts';

/** A call of one of the three tools, and what it may do. The gateway's `FacadeCall` is one. */
export interface Request {
  readonly name: string;
  readonly args: JsonObject;
  readonly sight: Sight;
  readonly signal: AbortSignal;
  callTool(name: string, args: JsonObject): Promise<JsonObject>;
  readResource(uri: string): Promise<JsonObject>;
  getPrompt(name: string, args: JsonObject): Promise<JsonObject>;
  noteFound(finding: { asked: JsonObject; found: readonly (readonly string[])[] }): Promise<void>;
}
