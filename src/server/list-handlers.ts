import {
  ProtocolError,
  type ListPromptsResult,
  type ListResourcesResult,
  type ListResourceTemplatesResult,
  type ListToolsResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { ERRORS } from '../errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { list, type Listing, type ListKind } from '../gateway/list.ts';
import type { Caller } from '../gateway/road.ts';

/** Answers the lists: what this client finds at its endpoint. */
export function addListHandlers(
  { server }: McpServer,
  gateway: Gateway,
  caller: (context: ServerContext) => Caller,
): void {
  const lists = (
    kind: ListKind,
    params: { cursor?: string | undefined } | undefined,
    context: ServerContext,
  ): Listing[ListKind] => {
    if (params?.cursor !== undefined) {
      throw new ProtocolError(
        ERRORS.INVALID_PARAMS.rpc,
        'cursor: these lists have one page, so no cursor was given out',
      );
    }
    const from = caller(context);
    const listing = list(from.snapshot, from.principal, from.endpoint);
    gateway.road.noteList(from, kind, listing);
    return listing[kind];
  };
  server.setRequestHandler('tools/list', (request, context) => {
    return { tools: lists('tools', request.params, context) } as unknown as ListToolsResult;
  });
  server.setRequestHandler('resources/list', (request, context) => {
    return { resources: lists('resources', request.params, context) } as unknown as ListResourcesResult;
  });
  server.setRequestHandler('resources/templates/list', (request, context) => {
    const resourceTemplates = lists('resourceTemplates', request.params, context);
    return { resourceTemplates } as unknown as ListResourceTemplatesResult;
  });
  server.setRequestHandler('prompts/list', (request, context) => {
    return { prompts: lists('prompts', request.params, context) } as unknown as ListPromptsResult;
  });
}
