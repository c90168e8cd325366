import { classifyInboundRequest, isJsonContentType } from '@modelcontextprotocol/server';
import type { Request, Response } from 'express';
import type { IncomingMessage } from 'node:http';
import { BailiwickError } from '../errors.ts';
import { endpointNamed, toEndpointPath, type Endpoint } from '../gateway/endpoint.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { sightOf } from '../gateway/sight.ts';
import type { Principal } from '../identity/principal.ts';
import type { Proof } from '../identity/proof.ts';
import type { LegacySessions } from './legacy-sessions.ts';
import type { ModernLeg } from './modern-leg.ts';
import type { Client } from './caller.ts';
import { requireScope } from './require-scope.ts';
import { readTraceparent } from './traceparent.ts';

export interface McpRouteOptions {
  readonly gateway: Gateway;
  readonly legacy: LegacySessions;
  readonly modern: ModernLeg;
}

/**
 * One URL, both eras: the request itself says which it is (MCP 2026-07-28, basic/versioning).
 *
 * ```
 * POST, modern or malformed-modern → stateless leg
 * POST legacy, GET, DELETE         → session leg
 * ```
 */
export function createMcpRoute({ gateway, legacy, modern }: McpRouteOptions) {
  return async function serveMcp(request: Request, response: Response): Promise<void> {
    const proof = response.locals['proof'] as Proof;
    const { principal } = proof;
    const endpoint = endpointOf(gateway, request);
    requireEndpoint(gateway, principal, endpoint);
    if (request.method === 'POST' && !isJsonContentType(request.headers['content-type'] ?? null)) {
      throw new BailiwickError('UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be application/json');
    }
    const client = toHttpClient(gateway, proof, endpoint, request);
    const body: unknown = request.body;
    const route = classifyInboundRequest({
      httpMethod: request.method,
      ...header(request, 'protocolVersionHeader', 'mcp-protocol-version'),
      ...header(request, 'mcpMethodHeader', 'mcp-method'),
      ...header(request, 'mcpNameHeader', 'mcp-name'),
      body,
    });
    const era = request.method === 'POST' && route.kind !== 'legacy' ? 'modern' : 'legacy';
    if (request.method === 'POST') await requireScope(client, era, body);
    const leg = era === 'modern' ? modern : legacy;
    await leg.handle(client, request, response, body);
  };
}

function endpointOf(gateway: Gateway, { params: { name } }: Request): Endpoint {
  return endpointNamed(gateway.current(), typeof name === 'string' ? name : undefined);
}

/** The client that a request over HTTP comes from. */
export function toHttpClient(
  gateway: Gateway,
  proof: Proof,
  endpoint: Endpoint,
  { headers, socket }: IncomingMessage,
): Client {
  const ip = socket.remoteAddress;
  const { authorization = '' } = headers;
  return {
    gateway,
    principal: proof.principal,
    proof,
    endpoint,
    via: {
      face: 'http',
      ...(ip !== undefined && { ip }),
      ...readTraceparent(headers['traceparent']),
    },
    credential: () => /^Bearer +(\S+) *$/i.exec(authorization)?.[1],
  };
}

/** Whether this principal finds anything at the endpoint. */
export function isServed(gateway: Gateway, principal: Principal, endpoint: Endpoint): boolean {
  if (endpoint.kind === 'all') return true;
  const snapshot = gateway.current();
  const isThere =
    endpoint.kind === 'source'
      ? snapshot.upstreams.has(endpoint.source)
      : snapshot.catalogs.has(endpoint.name);
  return isThere && sightOf(snapshot, principal, endpoint).entries.length > 0;
}

/** A source or catalog that is absent and one of which this principal sees nothing get the same words. */
function requireEndpoint(gateway: Gateway, principal: Principal, endpoint: Endpoint): void {
  if (!isServed(gateway, principal, endpoint)) {
    throw new BailiwickError(
      'UNKNOWN_ENDPOINT',
      `nothing is served to this caller at ${JSON.stringify(toEndpointPath(endpoint).slice(0, 64))}`,
    );
  }
}

function header<K extends string>(request: Request, key: K, name: string): { [key in K]?: string } {
  const value = request.headers[name];
  return typeof value === 'string' ? ({ [key]: value } as { [key in K]?: string }) : {};
}
