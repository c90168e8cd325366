import type { ServerFacts } from '../../catalog/entries.ts';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { isDeeperThan } from './depth.ts';
import { MAX_DESCRIPTION_LENGTH, toVisibleText, truncate } from './text.ts';

/** Capabilities say in a few members what a server can do; more than this says something else. */
const MAX_CAPABILITIES_LENGTH = 65_536;
const MAX_DEPTH = 32;

/** What an upstream said of itself in its handshake, cleaned as descriptions are. What is no object there counts as empty. */
export function toServerFacts(handshake: JsonObject, ttlMs: number | undefined): ServerFacts {
  const { capabilities, instructions } = handshake;
  const text = typeof instructions === 'string' ? toVisibleText(instructions).trim() : '';
  return {
    capabilities: isJsonObject(capabilities) && isReasonable(capabilities) ? capabilities : {},
    ...(text !== '' && { instructions: truncate(text, MAX_DESCRIPTION_LENGTH) }),
    ...(ttlMs !== undefined && { ttlMs }),
  };
}

function isReasonable(capabilities: JsonObject): boolean {
  return (
    !isDeeperThan(capabilities, MAX_DEPTH) && JSON.stringify(capabilities).length <= MAX_CAPABILITIES_LENGTH
  );
}
