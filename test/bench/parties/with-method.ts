import type { IncomingMessage } from 'node:http';

/** A request as the MCP SDK's types want it: a server's requests always have a method and a URL. */
export function withMethod(request: IncomingMessage) {
  const { method = 'GET', url = '/' } = request;
  return Object.assign(request, { method, url });
}
