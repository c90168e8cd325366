import type {
  CallToolResult,
  CompleteResult,
  GetPromptResult,
  McpServer,
  ReadResourceResult,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { JsonObject, JsonSchema } from '../catalog/json.ts';
import { complete } from '../gateway/complete.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { meansBuiltIn } from '../gateway/listing/built-in.ts';
import { outputSchemaOf } from '../gateway/output-schema.ts';
import { isInputRequired } from '../gateway/questions/relay.ts';
import type { Caller } from '../gateway/road.ts';
import { servePrompt, serveResource, serveToolCall } from '../gateway/serve-call.ts';
import { windowOf } from '../gateway/window.ts';
import { answer } from './protocol-error.ts';
import { toStandIn } from './real-results.ts';

/** What a client is answered that calls a tool, whichever way its request came. */
export async function answerToolCall(
  gateway: Gateway,
  from: Caller,
  name: string,
  args: JsonObject,
): Promise<{ readonly result: JsonObject; readonly outputSchema: JsonSchema | undefined }> {
  const result = await serveToolCall(gateway, from, name, args);
  const tool = meansBuiltIn(from, name) ? undefined : windowOf(from.snapshot, from.endpoint).toolNamed(name);
  return { result, outputSchema: tool && outputSchemaOf(from, tool) };
}

/** Answers what reaches an upstream: calls of tools, resources, prompts, completions. */
export function addCallHandlers(
  { server }: McpServer,
  gateway: Gateway,
  caller: (context: ServerContext) => Caller,
): void {
  server.setRequestHandler('tools/call', (request, context) =>
    answer(gateway.road.logger, async () => {
      const { name } = request.params;
      const args = (request.params.arguments ?? {}) as JsonObject;
      const { result, outputSchema } = await answerToolCall(gateway, caller(context), name, args);
      if (isInputRequired(result)) return result as unknown as CallToolResult;
      const projected = server.projectCallToolResult(result as unknown as CallToolResult, outputSchema);
      return toStandIn(projected as JsonObject);
    }),
  );
  server.setRequestHandler('resources/read', (request, context) =>
    answer(gateway.road.logger, async () => {
      const from = caller(context);
      const result = await serveResource(gateway, from, request.params.uri);
      return toReadResult(result, from) as unknown as ReadResourceResult;
    }),
  );
  server.setRequestHandler('prompts/get', (request, context) =>
    answer(gateway.road.logger, async () => {
      const args = (request.params.arguments ?? {}) as JsonObject;
      const result = await servePrompt(gateway, caller(context), request.params.name, args);
      return result as unknown as GetPromptResult;
    }),
  );
  server.setRequestHandler('completion/complete', (request, context) =>
    answer(gateway.road.logger, async () => {
      const { _meta, ...params } = request.params;
      return (await complete(
        gateway.road,
        caller(context),
        params as JsonObject,
      )) as unknown as CompleteResult;
    }),
  );
}

/**
 * What an upstream says of how long a resource may be kept (MCP 2026-07-28) is passed on to clients that know of it. Who may read
 * it is decided for each caller, so no client may keep it for others.
 */
function toReadResult(result: JsonObject, { via }: Caller): JsonObject {
  const { ttlMs, cacheScope: _upstreams, ...rest } = result;
  if (via.era !== 'modern' || isInputRequired(result)) return rest;
  return { ...rest, ...(ttlMs !== undefined && { ttlMs }), cacheScope: 'private' };
}
