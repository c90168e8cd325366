import { compileOpenApi } from '../../../src/compile/openapi/compile.ts';
import type { JsonObject } from '../../../src/catalog/json.ts';
import { importPeer } from '../../corpus/peers.ts';
import type { RequestComparison } from './fastmcp-requests.ts';

export const COMPILE_PARTIES = [
  'bailiwick',
  'bailiwick with schemas',
  'fastmcp',
  'openapi-mcp-generator',
] as const;
export type CompileParty = (typeof COMPILE_PARTIES)[number];

export interface Compiled {
  readonly tools: number;
  /** Where a party's calls can be watched: its requests beside ours. */
  readonly compareRequests?: (text: string) => Promise<RequestComparison>;
}

/** A party, loaded: what remains is compiling. */
export async function compileWith(
  party: CompileParty,
): Promise<(text: string) => Promise<Compiled> | Compiled> {
  switch (party) {
    case 'bailiwick':
      return (text) => ({ tools: compile(text).length });
    case 'bailiwick with schemas':
      return (text) => ({ tools: compile(text).filter(({ inputSchema }) => inputSchema).length });
    case 'fastmcp': {
      const { registerFastmcp } = await import('./fastmcp-requests.ts');
      return await registerFastmcp();
    }
    case 'openapi-mcp-generator': {
      const { getToolsFromOpenApi } = await importPeer<Generator>('openapi-mcp-generator');
      return async (text) => ({
        tools: (await getToolsFromOpenApi(JSON.parse(text), { dereference: true })).length,
      });
    }
  }
}

function compile(text: string): ReturnType<typeof compileOpenApi>['tools'] {
  return compileOpenApi({ source: 'bench', file: 'bench.json', text }).tools;
}

interface Generator {
  getToolsFromOpenApi(document: JsonObject, options: { dereference: boolean }): Promise<unknown[]>;
}
