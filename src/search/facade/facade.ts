import type { Json, JsonObject } from '../../catalog/json.ts';
import type { Sight } from '../../catalog/sight.ts';
import type { Search } from '../search.ts';

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

/** The three tools by which what is not listed is found, looked at and called. Their definitions never change with who looks or what is there. */
export function createFacade({ search }: { readonly search: Pick<Search, 'find'> }) {
  const tools: readonly JsonObject[] = [
    {
      name: 'find_tools',
      description: 'Finds tools.',
      inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
    },
    {
      name: 'describe_tool',
      description: 'Describes a tool.',
      inputSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    },
    {
      name: 'call_tool',
      description: 'Calls a tool.',
      inputSchema: {
        type: 'object',
        properties: { name: { type: 'string' }, arguments: { type: 'object' } },
        required: ['name'],
      },
    },
  ];
  const names = new Set(tools.map(({ name }) => name));
  return {
    tools,
    has: (name: string) => names.has(name),
    async call({ name, args, sight, signal, callTool, noteFound }: Request): Promise<JsonObject> {
      if (name === 'call_tool')
        return callTool(asText(args['name']), (args['arguments'] ?? {}) as JsonObject);
      if (name === 'describe_tool') {
        return text(JSON.stringify(sight.named('tool', asText(args['name']))?.present() ?? null));
      }
      const hits = await search.find({ text: asText(args['query']), among: sight, limit: 5 }, signal);
      await noteFound({
        asked: { queries: [asText(args['query'])] },
        found: [hits.map(({ entry }) => `${entry.source}/${entry.own}`)],
      });
      return text(hits.map(({ entry }) => entry.shown).join('\n'));
    },
  };
}

function text(said: string): JsonObject {
  return { content: [{ type: 'text', text: said }] };
}

function asText(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
