import type { IncomingMessage } from 'node:http';
import type { RequestFacts } from '../identity/request-facts.ts';

/** What of a request says who calls. */
export function toRequestFacts(
  { method = '', url = '', headers, socket }: IncomingMessage,
  listenAddress: string,
): RequestFacts {
  const { remoteAddress } = socket;
  return {
    method,
    target: url,
    authorization: headers.authorization,
    headers,
    remoteAddress,
    listenAddress,
  };
}
