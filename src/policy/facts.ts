import type { Target } from '../catalog/entries.ts';
import type { Json, JsonObject } from '../catalog/json.ts';
import type { Principal } from '../identity/principal.ts';
import type { Variables } from './cel/evaluate.ts';

/** How a call came: the variable `call` of conditions. */
export interface CallFacts {
  readonly face: 'http' | 'stdio' | 'cli';
  readonly era?: 'legacy' | 'modern';
  /** The path of the endpoint, like `/mcp` or `/mcp/helpdesk`, over stdio as well. */
  readonly endpoint: string;
  /** As the client names itself: a hint, never a proof. */
  readonly clientName?: string;
  readonly clientVersion?: string;
  readonly ip?: string;
}

/** What is known when something is decided. What is absent is not known yet: of a list the arguments, the call and the time. */
export interface Facts {
  readonly principal: Principal;
  readonly target: Target;
  /** The arguments as the caller sent them; of a resource none, of a model what its door takes (`model`, `max_tokens`, …). */
  readonly args?: JsonObject;
  readonly call?: CallFacts;
  /** Milliseconds since the epoch. */
  readonly now?: number;
}

/** Facts as a condition sees them. */
export function toVariables({ principal, target, args, call, now }: Facts): Variables {
  return {
    principal: principalVariable(principal),
    tool: toTargetVariable(target),
    ...(args !== undefined && { args }),
    ...(call !== undefined && { call }),
    ...(now !== undefined && { now }),
  };
}

/** The variable `principal`: issuer, subject, scopes, groups, claims, and where it has them team, client and act. No credential. */
export function principalVariable({ key: _key, ...principal }: Principal): unknown {
  return principal;
}

/** The variable `tool`, of whatever kind the target is: kind, source, name, access, tags, and of HTTP tools method and path. */
function toTargetVariable(target: Target): JsonObject {
  switch (target.kind) {
    case 'tool': {
      const { source, name, access, attributes } = target.tool;
      const { tags = [], method, path } = attributes;
      return withoutAbsent({ kind: 'tool', source, name, access, tags: [...tags], method, path });
    }
    case 'resource':
      return { kind: 'resource', source: target.source, name: target.uri, access: 'read', tags: [] };
    case 'prompt':
      return { kind: 'prompt', source: target.source, name: target.name, access: 'read', tags: [] };
    case 'model':
      return { kind: 'model', source: target.source, name: target.name, access: 'read', tags: [] };
  }
}

function withoutAbsent(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
