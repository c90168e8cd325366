import type { IncomingMessage } from 'node:http';
import type { RequestFacts } from '../identity/request-facts.ts';

/** What of a request says who calls. */
export function toRequestFacts(
  { method = '', url = '', headers, rawHeaders, socket }: IncomingMessage,
  listenAddress: string,
): RequestFacts {
  const { remoteAddress } = socket;
  return {
    method,
    target: url,
    authorization: headers.authorization === undefined ? undefined : allOf('authorization', rawHeaders),
    headers,
    remoteAddress,
    listenAddress,
  };
}

/**
 * What a header says; of several, all, joined. Node keeps the first `Authorization` and says nothing of others, while a proxy before
 * us may have looked at another one: joined they are no credential.
 */
function allOf(name: string, rawHeaders: readonly string[]): string {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const given = rawHeaders[at] ?? '';
    if (given.length === name.length && given.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values.join(', ');
}
