import type { JsonObject } from '../../catalog/json.ts';
import type { Search } from '../search.ts';
import { sayWrong } from './answer.ts';
import { callTool } from './call-tool.ts';
import { BUILT_IN, DEFINITIONS } from './definitions.ts';
import { describeTool } from './describe-tool.ts';
import { findTools } from './find-tools.ts';
import type { Request } from './request.ts';

export type { Request } from './request.ts';

/** How often one of the three may be called by `call_tool`. */
const MAX_LAYERS = 3;

/** The three tools by which what is not listed is found, looked at and called. Their definitions never change with who looks or what is there. */
export function createFacade({ search }: { readonly search: Pick<Search, 'find' | 'covers'> }) {
  const carryOut = async (request: Request, layer: number): Promise<JsonObject> => {
    switch (request.name) {
      case 'find_tools':
        return findTools(search, request);
      case 'describe_tool':
        return describeTool(request);
      default:
        return callTool(request, BUILT_IN, async (name, args) =>
          layer < MAX_LAYERS
            ? carryOut({ ...request, name, args }, layer + 1)
            : sayWrong('/name', 'has to be the name of a tool that find_tools finds', {
                name: 'github_create_issue',
                arguments: {},
              }),
        );
    }
  };
  return {
    tools: DEFINITIONS,
    call: (request: Request): Promise<JsonObject> => carryOut(request, 0),
  };
}
