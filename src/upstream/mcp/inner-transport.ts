import type {
  JSONRPCMessage,
  MessageExtraInfo,
  RequestId,
  Transport,
  TransportSendOptions,
} from '@modelcontextprotocol/client';
import type { CallContext } from '../upstream.ts';

/** What a transport may be told of a request beside what the SDK tells it. */
export interface InnerSendOptions extends TransportSendOptions {
  /** On whose behalf the request is sent. */
  readonly context?: CallContext;
}

/** What a transport may know of a message beside what it says. */
export interface Arrival extends MessageExtraInfo {
  /** The request on whose response stream the message came. */
  readonly requestId?: RequestId;
}

/** A transport to a server, below {@link RelayTransport}. Any transport of the SDK is one. */
export interface InnerTransport extends Omit<Transport, 'onmessage' | 'send'> {
  onmessage?: ((message: JSONRPCMessage, arrival?: Arrival) => void) | undefined;
  send(message: JSONRPCMessage, options?: InnerSendOptions): Promise<void>;
}
