import type { JsonObject } from '../../catalog/json.ts';
import { PRINCIPAL_META_KEY } from '../../catalog/local-tools.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Upstream } from '../upstream.ts';

/** An upstream whose calls say who makes them. For local tools alone: nobody else is told. */
export function withPrincipal(upstream: Upstream): Upstream {
  return {
    ...upstream,
    callTool(tool, args, context) {
      const { caller, meta = {} } = context;
      const { [PRINCIPAL_META_KEY]: _forged, ...rest } = meta;
      const told = caller ? { ...rest, [PRINCIPAL_META_KEY]: toToolPrincipal(caller.principal) } : rest;
      return upstream.callTool(tool, args, { ...context, meta: told });
    },
  };
}

/** Member by member, so that nothing that is added to a principal later is told without a decision. */
function toToolPrincipal({ issuer, subject, team, groups, scopes, claims }: Principal): JsonObject {
  return {
    issuer,
    subject,
    ...(team !== undefined && { team }),
    groups: [...groups],
    scopes: [...scopes],
    claims,
  };
}
