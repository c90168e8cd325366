import type { JsonObject } from '../../catalog/json.ts';

/** How much a question may ask at once, and how long its answer may become. */
export const MOST = { queries: 5, limit: 20, names: 5 } as const;

/** How many lines a question gets that does not say. */
export const DEFAULT_LIMIT = 5;

/**
 * The three tools as `tools/list` shows them. Constants: nothing of the catalog or the caller is in them, so that a prompt that holds
 * them stays the same for everybody and for good. Every word costs every conversation; a test counts them.
 */
export const DEFINITIONS: readonly JsonObject[] = [
  {
    name: 'find_tools',
    description:
      'Finds tools. A query is verb + object + system ("create issue in github"), one capability each; several steps: several queries. Then describe_tool what is unclear, then call_tool.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string' },
        queries: { type: 'array', items: { type: 'string' } },
        source: { type: 'string' },
        access: { type: 'string', enum: ['read', 'write', 'destructive'] },
        limit: { type: 'integer' },
        detail: { type: 'string', enum: ['name', 'signature', 'schema'] },
      },
    },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'describe_tool',
    description: 'Describes a found tool. A JSON pointer looks deeper into its input.',
    inputSchema: {
      type: 'object',
      properties: { name: { type: 'string' }, pointer: { type: 'string' } },
      required: ['name'],
    },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'call_tool',
    description: 'Calls a found tool (reads a resource, gets a prompt).',
    inputSchema: {
      type: 'object',
      properties: { name: { type: 'string' }, arguments: { type: 'object' } },
      required: ['name'],
    },
  },
];

/** Their names. */
export const BUILT_IN: readonly string[] = DEFINITIONS.flatMap(({ name }) =>
  typeof name === 'string' ? [name] : [],
);
