import type { Json, JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { Actor } from '../principal.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { findFirst } from './find-claim.ts';
import { kindOf, quote, readText } from './read-texts.ts';

/** As many may act one for another. */
const MAX_ACTORS = 8;

/**
 * The delegation chain of a token (RFC 8693, section 4.1). An actor is named by `sub`, or by `client_id` or `azp` where it is a
 * client and has no other name. What else is said of an actor is not kept.
 *
 * @throws BailiwickError `UNAUTHENTICATED` with the fault `claims` for a chain that is too long, or for an actor without a name
 */
export function readActor(act: Json, claim: string, depth = 1): Actor {
  if (!isJsonObject(act)) {
    throw unauthenticated('claims', `the claim ${quote(claim)} is ${kindOf(act)}; it has to be an object`);
  }
  if (depth > MAX_ACTORS) {
    throw unauthenticated(
      'claims',
      `the claim ${quote(claim)} names more than ${MAX_ACTORS} that act one for another`,
    );
  }
  const client = textIn(act, ['client_id', 'azp'], claim);
  const subject = textIn(act, ['sub'], claim) ?? client;
  const issuer = textIn(act, ['iss'], claim);
  if (subject === undefined) {
    throw unauthenticated('claims', `the claim ${quote(claim)} does not say in \`sub\` who acts`);
  }
  const next = act['act'] ?? undefined;
  return {
    subject,
    ...(issuer !== undefined && { issuer }),
    ...(client !== undefined && { client }),
    ...(next !== undefined && { act: readActor(next, claim, depth + 1) }),
  };
}

function textIn(act: JsonObject, names: readonly string[], claim: string): string | undefined {
  const found = findFirst(act, names);
  return found && readText(found.value, `${claim}.${found.path}`);
}
