import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Client } from './caller.ts';
import { parseListen, takeAll, type ListenRequest } from './listen-request.ts';
import { createResourceSubscriptions } from './resource-subscriptions.ts';

/** Resources that one connection may be told of, all its streams together. */
const MAX_RESOURCES = 1_024;

/** A stream that a client has asked for. */
interface Stream {
  /** Absent while its resources are being subscribed to. */
  end?: () => void;
}

/**
 * Stands between standard input and the SDK, which acknowledges `subscriptions/listen` (MCP 2026-07-28) by itself and takes
 * whatever is asked for as granted: what this caller may not read is taken out before, and what it may is subscribed to until the
 * stream is cancelled or the client has gone. Other messages pass meanwhile.
 */
export function listenOnStdio(
  wire: Transport,
  options: {
    readonly client: Client;
    readonly logger: Logger;
    /** True once the client has opened the connection in the legacy era, which has no such request. */
    readonly isLegacy: () => boolean;
    /** Tells the connection, whose SDK server knows which streams asked for it. */
    readonly tell: (params: JsonObject & { uri: string }) => void;
  },
): { close(): void } {
  const { client, logger } = options;
  const subscriptions = createResourceSubscriptions(client.gateway, options.tell, MAX_RESOURCES);
  const streams = new Map<Json, Stream>();
  const deliver = wire.onmessage?.bind(wire);

  const listen = async (id: Json, request: ListenRequest): Promise<void> => {
    const stream: Stream = {};
    streams.set(id, stream);
    const { taken, end } = await takeAll(request, client, subscriptions, logger);
    // Cancelled meanwhile: nobody waits for an acknowledgement.
    if (streams.get(id) !== stream) return end();
    stream.end = end;
    deliver?.(request.asking(taken) as unknown as JSONRPCMessage);
  };
  const cancel = (id: Json | undefined): boolean => {
    const stream = id === undefined ? undefined : streams.get(id);
    if (id === undefined || !stream) return false;
    streams.delete(id);
    stream.end?.();
    return stream.end === undefined;
  };

  wire.onmessage = (message, extra) => {
    const { id, method, params } = message as JsonObject;
    const request = options.isLegacy() ? undefined : parseListen(message);
    if (request && id !== undefined && !streams.has(id)) {
      void listen(id, request);
      return;
    }
    const isCancel = method === 'notifications/cancelled' && isJsonObject(params);
    if (isCancel && cancel(params['requestId'])) return;
    deliver?.(message, extra);
  };
  return { close: () => subscriptions.close() };
}
