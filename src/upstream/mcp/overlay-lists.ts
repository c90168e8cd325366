import { isJsonObject } from '../../catalog/json.ts';
import type { McpLists } from './lists.ts';

/** By which member the entries of a list are told apart. */
const KEYS = { tools: 'name', resources: 'uri', templates: 'uriTemplate', prompts: 'name' } as const;

/**
 * The lists of the gateway's own session, with what a caller's session was shown otherwise, or beyond them. What that session was
 * not shown stays: a server may hide from one client what it offers another.
 */
export function overlayLists(own: McpLists, other: McpLists): McpLists {
  const overlay = (list: keyof typeof KEYS): unknown[] => {
    const keyOf = (entry: unknown): unknown => (isJsonObject(entry) ? entry[KEYS[list]] : undefined);
    const shown = new Set(other[list].map(keyOf));
    return [...own[list].filter((entry) => !shown.has(keyOf(entry))), ...other[list]];
  };
  return {
    tools: overlay('tools'),
    resources: overlay('resources'),
    templates: overlay('templates'),
    prompts: overlay('prompts'),
  };
}
