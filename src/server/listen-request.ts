import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type Implementation,
} from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import { BailiwickError, messageOf } from '../errors.ts';
import type { Caller } from '../gateway/road.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Client } from './caller.ts';
import type { ResourceSubscriptions } from './resource-subscriptions.ts';
import { readTraceparent } from './traceparent.ts';

/** Resources that one stream may ask for; those beyond are not acknowledged. */
const MAX_RESOURCES = 256;

/** How long an upstream may take to agree. The stream of a caller does not wait longer for one that is down. */
const PATIENCE_MS = 10_000;

/** `subscriptions/listen` of MCP 2026-07-28, as far as it is read here. */
export interface ListenRequest {
  /** The resources that it asks for, each once. */
  readonly uris: readonly string[];
  /** The same request, asking for these resources only. */
  asking(uris: readonly string[]): JsonObject;
  /** Who asks. */
  caller(client: Client, signal: AbortSignal): Caller;
}

/** Reads a message. Undefined: it is something else, or asks for no resource, or is for the SDK to refuse. */
export function parseListen(message: unknown): ListenRequest | undefined {
  if (!isJsonObject(message) || message['method'] !== 'subscriptions/listen') return undefined;
  const { params } = message;
  const filter = isJsonObject(params) ? params['notifications'] : undefined;
  if (!isJsonObject(params) || !isJsonObject(filter)) return undefined;
  const asked = filter['resourceSubscriptions'];
  if (!Array.isArray(asked) || asked.length === 0) return undefined;
  if (!asked.every((uri) => typeof uri === 'string')) return undefined;
  return {
    uris: [...new Set(asked)],
    asking(uris) {
      const { resourceSubscriptions: _asked, ...others } = filter;
      const notifications: JsonObject =
        uris.length === 0 ? others : { ...others, resourceSubscriptions: [...uris] };
      return { ...message, params: { ...params, notifications } };
    },
    caller: (client, signal) =>
      toCaller(client, signal, isJsonObject(params['_meta']) ? params['_meta'] : {}),
  };
}

/**
 * Subscribes to what a stream asks for, all at once.
 *
 * @returns the URIs that it is subscribed to: those that are left out may not be read, are not there, or their upstream did not
 *   agree in time. `end` ends all.
 */
export async function takeAll(
  request: ListenRequest,
  client: Client,
  subscriptions: ResourceSubscriptions,
  logger: Logger,
): Promise<{ readonly taken: readonly string[]; readonly end: () => void }> {
  const uris = request.uris.slice(0, MAX_RESOURCES);
  const take = async (uri: string): Promise<(() => void) | undefined> => {
    const patience = new AbortController();
    const timer = setTimeout(() => {
      patience.abort(new BailiwickError('UPSTREAM_TIMEOUT', 'the upstream did not agree to a subscription'));
    }, PATIENCE_MS);
    try {
      return await subscriptions.take(request.caller(client, patience.signal), uri);
    } catch (error) {
      logger.debug({ err: error }, `a resource is not listened to: ${messageOf(error)}`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };
  const releases = await Promise.all(uris.map(take));
  return {
    taken: uris.filter((_uri, index) => releases[index] !== undefined),
    end: () => {
      for (const release of releases) release?.();
    },
  };
}

function toCaller(client: Client, signal: AbortSignal, meta: JsonObject): Caller {
  const { gateway, principal, endpoint, via, credential } = client;
  const info = meta[CLIENT_INFO_META_KEY];
  const capabilities = meta[CLIENT_CAPABILITIES_META_KEY];
  const clientInfo = isImplementation(info) ? info : undefined;
  return {
    principal,
    endpoint,
    snapshot: gateway.current(),
    via: {
      ...via,
      ...readTraceparent(meta['traceparent']),
      era: 'modern',
      ...(clientInfo && {
        clientName: clientInfo.name.slice(0, 128),
        clientVersion: clientInfo.version.slice(0, 64),
      }),
    },
    context: {
      signal,
      caller: { principal, ...(credential && { credential }) },
      ...(isJsonObject(capabilities) && { clientCapabilities: capabilities }),
      ...(clientInfo && { clientInfo }),
    },
  };
}

function isImplementation(value: unknown): value is JsonObject & Pick<Implementation, 'name' | 'version'> {
  return isJsonObject(value) && typeof value['name'] === 'string' && typeof value['version'] === 'string';
}
