import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { keepText, scrubJson, type Scrub } from '../scrub.ts';
import { causesOf, memberOf } from './causes.ts';

/** A message of an upstream with its secrets masked, wherever they are but in the members that belong to JSON-RPC. */
export function scrubMessage(message: JSONRPCMessage, scrub: Scrub): JSONRPCMessage {
  const clean: Record<string, unknown> = { ...message };
  for (const member of ['params', 'result', 'error']) {
    if (member in clean) clean[member] = scrubJson(clean[member], scrub);
  }
  return clean as unknown as JSONRPCMessage;
}

/** Masks secrets in an error and its causes, in place: faults are told apart by what they are instances of. */
export function scrubError(error: unknown, scrub: Scrub): unknown {
  if (scrub === keepText) return error;
  for (const cause of causesOf(error)) {
    if (!(cause instanceof Error)) continue;
    // A syntax error quotes a cut-out of the text, in which half a secret would not be found.
    const message = cause instanceof SyntaxError ? 'the text is not JSON' : scrub(cause.message);
    replace(cause, 'stack', scrub((cause.stack ?? '').replace(cause.message, () => message)));
    replace(cause, 'message', message);
    replace(cause, 'data', scrubJson(memberOf(cause, 'data'), scrub));
  }
  return error;
}

/** What cannot be set is left: a `DOMException`, whose texts are the platform's own. */
function replace(error: Error, member: 'message' | 'stack' | 'data', clean: unknown): void {
  if (clean !== memberOf(error, member)) Reflect.set(error, member, clean);
}
