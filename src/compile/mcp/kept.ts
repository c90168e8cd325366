import type { JsonObject } from '../../catalog/json.ts';
import type { McpLists } from './compile.ts';

const LISTS = ['tools', 'resources', 'templates', 'prompts'] as const satisfies readonly (keyof McpLists)[];

/** Lists that were kept as JSON, or `undefined` where that is something else. Their entries are for the compiler to judge. */
export function toMcpLists(kept: JsonObject): McpLists | undefined {
  return LISTS.every((name) => Array.isArray(kept[name])) ? (kept as unknown as McpLists) : undefined;
}
