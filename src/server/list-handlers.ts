import type {
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  ListToolsResult,
  McpServer,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { JsonObject } from '../catalog/json.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { list, type ListKind } from '../gateway/list.ts';
import { freshness, STALE_META_KEY } from '../gateway/list-freshness.ts';
import { pageOf } from '../gateway/list-page.ts';
import type { Caller } from '../gateway/road.ts';
import { answer } from './protocol-error.ts';

/** Answers the lists: what this client finds at its endpoint. */
export function addListHandlers(
  { server }: McpServer,
  gateway: Gateway,
  caller: (context: ServerContext) => Caller,
): void {
  const answerList = (
    kind: ListKind,
    params: { cursor?: string | undefined } | undefined,
    context: ServerContext,
  ): Promise<JsonObject> =>
    answer(gateway.road.logger, async () => toListResult(gateway, caller(context), kind, params?.cursor));
  server.setRequestHandler(
    'tools/list',
    async (request, context) =>
      (await answerList('tools', request.params, context)) as unknown as ListToolsResult,
  );
  server.setRequestHandler(
    'resources/list',
    async (request, context) =>
      (await answerList('resources', request.params, context)) as unknown as ListResourcesResult,
  );
  server.setRequestHandler(
    'resources/templates/list',
    async (request, context) =>
      (await answerList(
        'resourceTemplates',
        request.params,
        context,
      )) as unknown as ListResourceTemplatesResult,
  );
  server.setRequestHandler(
    'prompts/list',
    async (request, context) =>
      (await answerList('prompts', request.params, context)) as unknown as ListPromptsResult,
  );
}

/**
 * One page of a list with what the wire of the caller's era says beside it: caching (MCP 2026-07-28) is told to modern
 * clients only, what is stale to all.
 *
 * @throws BailiwickError `INVALID_PARAMS` for a cursor of something else.
 */
export function toListResult(
  gateway: Gateway,
  caller: Caller,
  kind: ListKind,
  cursor: string | undefined,
): JsonObject {
  const { snapshot, principal, endpoint, via } = caller;
  const listing = list(snapshot, principal, endpoint);
  const { entries, nextCursor } = pageOf(listing, { kind, endpoint }, cursor, snapshot.settings.pageSize);
  gateway.road.noteList(caller, kind, listing);
  const { ttlMs, stale } = freshness(snapshot, principal, endpoint, kind);
  return {
    [kind]: entries as JsonObject[],
    ...(nextCursor !== undefined && { nextCursor }),
    ...(via.era === 'modern' && { ttlMs, cacheScope: 'private' }),
    ...(stale && { _meta: { [STALE_META_KEY]: stale } }),
  };
}
