import type { JsonObject } from '../../catalog/json.ts';
import type { Access } from '../../catalog/tool.ts';
import type { Operation } from './operations.ts';

/** What a method does to the world (RFC 9110 §9.2). QUERY is a GET with a body. TRACE and what is unknown count as `destructive`. */
export function toAccess(method: string): Access {
  if (['GET', 'HEAD', 'OPTIONS', 'QUERY'].includes(method)) return 'read';
  return method === 'POST' || method === 'PUT' || method === 'PATCH' ? 'write' : 'destructive';
}

/**
 * MCP tool annotations: hints that make a client ask its human once too often rather than once too seldom.
 *
 * They are more cautious than {@link toAccess}: a POST may well destroy something. `x-openai-isConsequential` of the
 * document is honoured in both directions. An `access` that somebody stated counts before all of it.
 */
export function toAnnotations(
  { method, operation }: Pick<Operation, 'method' | 'operation'>,
  title: string | undefined,
  access?: Access,
): JsonObject {
  const isConsequential = operation['x-openai-isConsequential'];
  const isRead = toAccess(method) === 'read' && isConsequential !== true;
  return {
    ...(title !== undefined && { title }),
    readOnlyHint: access === undefined ? isRead : access === 'read',
    destructiveHint: access === undefined ? !isRead && isConsequential !== false : access === 'destructive',
    idempotentHint: ['GET', 'HEAD', 'OPTIONS', 'QUERY', 'PUT', 'DELETE'].includes(method),
    openWorldHint: true,
  };
}
