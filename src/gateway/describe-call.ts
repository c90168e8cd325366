import type { RecordEntry } from '../audit/record.ts';
import type { Target } from '../catalog/entries.ts';
import type { JsonObject, JsonSchema } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';
import { brief } from './brief.ts';
import type { Ruling } from './decide-call.ts';
import { toEndpointPath } from './endpoint.ts';
import type { Caller } from './road.ts';

/** What is known of a call before it is decided: enough to record its refusal. */
export interface Attempt {
  readonly target: NonNullable<RecordEntry['target']>;
  /** As the caller sent them. */
  readonly args: JsonObject;
  readonly ruling?: Ruling;
  /** Describes the arguments: what it marks as secret is masked in the record. */
  readonly schema?: () => JsonSchema;
  /**
   * The caller cannot see the target, which may exist or not: of the arguments the digest alone is kept. To mask them by the
   * schema would take time that tells a hidden tool from an absent one, and without it would keep what the schema marks.
   */
  readonly isUnseen?: true;
  /** The MCP method, where the kind of the target does not say it. */
  readonly method?: string;
}

/** An attempt to call a tool. */
export function toolAttempt(tool: Tool, args: JsonObject, ruling?: Ruling): Attempt {
  return {
    target: recordTarget({ kind: 'tool', tool }),
    args,
    schema: () => tool.validationSchema,
    ...(ruling && { ruling }),
  };
}

/** How a record names a target. A resource or a prompt is read. */
export function recordTarget(target: Target): NonNullable<RecordEntry['target']> {
  switch (target.kind) {
    case 'tool':
      return { kind: 'tool', source: target.tool.source, name: target.tool.name, access: target.tool.access };
    case 'resource':
      return { kind: 'resource', source: target.source, name: brief(target.uri), access: 'read' };
    case 'prompt':
      return { kind: 'prompt', source: target.source, name: brief(target.name), access: 'read' };
    case 'model':
      return {
        kind: 'model',
        ...(target.source !== '' && { source: target.source }),
        name: brief(target.name),
        access: 'read',
      };
  }
}

/** How a record names who calls. */
export function recordPrincipal(principal: Principal): NonNullable<RecordEntry['principal']> {
  const { issuer, subject, team, groups, scopes, client, key, act } = principal;
  return {
    issuer,
    subject,
    groups,
    scopes,
    ...(team !== undefined && { team }),
    ...(client !== undefined && { client }),
    ...(key !== undefined && { key }),
    ...(act && { act }),
  };
}

/** What a record says of a call before it is made; of one that is `refused`, never more than its masked arguments. */
export function describeCall(
  caller: Caller,
  attempt: Attempt,
  { isRefused }: { isRefused: boolean },
): Omit<RecordEntry, 'type' | 'call'> {
  const { ruling, target, schema } = attempt;
  const detail = describeDetail(attempt);
  const { recordArguments } = caller.snapshot.settings;
  const args = attempt.isUnseen
    ? recordArguments.ofUnseen(attempt.args)
    : isRefused
      ? recordArguments.ofRefused(attempt.args, schema)
      : recordArguments.of(attempt.args, schema);
  return {
    ...(caller.parent !== undefined && { parent: caller.parent }),
    principal: recordPrincipal(caller.principal),
    via: { ...caller.via, endpoint: toEndpointPath(caller.endpoint) },
    // The name of a tool is ours; a URI, or a name that names nothing, is the caller's.
    target:
      target.access !== undefined && target.kind === 'tool'
        ? target
        : withMaskedName(target, recordArguments.text),
    ...(ruling && { decision: describeDecision(ruling.decision) }),
    policy: caller.snapshot.policy.digest,
    catalog: caller.snapshot.catalog.digest,
    ...(args && { args }),
    ...(Object.keys(detail).length > 0 && { detail }),
  };
}

/** How a record tells a decision. */
export function describeDecision(decision: Ruling['decision']): NonNullable<RecordEntry['decision']> {
  const { effect, rules } = decision;
  return { effect, rules, ...(effect === 'deny' && { reason: decision.reason }) };
}

/** The method; what policy set in the call and does with its result; what the shadow policies say. */
function describeDetail({ method, ruling }: Attempt): NonNullable<RecordEntry['detail']> {
  if (!ruling) return method === undefined ? {} : { method };
  const { decision, set, shadow } = ruling;
  const { select, mask, dryRun } = decision.effect === 'deny' ? {} : (decision.obligations ?? {});
  return {
    ...(method !== undefined && { method }),
    ...(set.length > 0 && { set }),
    ...(select !== undefined && { select }),
    ...(mask && mask.length > 0 && { mask }),
    ...(dryRun && { dryRun }),
    ...(shadow && { shadow }),
  };
}

function withMaskedName(target: Attempt['target'], mask: (text: string) => string): Attempt['target'] {
  return { ...target, name: mask(target.name) };
}
