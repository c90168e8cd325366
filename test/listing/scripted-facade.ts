import type { JsonObject } from '../../src/catalog/json.ts';
import type { Facade } from '../../src/gateway/facade.ts';
import { scriptUpstream, type ScriptedUpstream } from '../lists/scripted.ts';
import { catalogOf } from '../policy/fixtures.ts';
import type { Tool } from '../../src/catalog/tool.ts';

/** Built-in tools that are only told apart: what they say is tested where they are. */
export const FACADE: Facade = {
  tools: ['find_tools', 'describe_tool', 'call_tool'].map((name) => ({
    name,
    description: `The built-in ${name}.`,
    inputSchema: { type: 'object' },
  })),
  call: ({ name, args, callTool }) =>
    name === 'call_tool'
      ? callTool(args['name'] as string, (args['arguments'] ?? {}) as JsonObject)
      : Promise.resolve(saying(`built-in ${name}`)),
};

/** A source whose tools say which they are. */
export function speaking(source: string, tools: readonly Tool[]): ScriptedUpstream {
  return scriptUpstream(catalogOf(source, { tools }), {
    callTool: async (called) => ({ result: saying(`${source}/${called.name}`), status: 'ok' }),
  });
}

export function saying(text: string): JsonObject {
  return { content: [{ type: 'text', text }] };
}
