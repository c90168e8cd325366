import { replaceNotKept } from '../../audit/mask/not-kept.ts';
import { codesOf, countOf, type Call } from '../../audit/read/call.ts';
import { digestOf } from '../../catalog/canonical.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Target } from '../../catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { Actor, Principal } from '../../identity/principal.ts';
import type { Facts } from '../../policy/facts.ts';
import { notKnown, type PastCall } from '../../policy/replay/past-call.ts';
import type { Effect } from '../../policy/rule.ts';
import { wasNeverSent } from './never-sent.ts';
import type { Offer } from './offer.ts';

/** A call of the record that policy decided about, as far as the record holds it. */
export interface RecordedDecision {
  readonly call: Call;
  readonly past: PastCall;
  readonly isGone: boolean;
}

/** Calls of the record that there is nothing to decide about again. */
export interface Aside {
  /** In words, for people. */
  readonly why: string;
  readonly calls: number;
  /** It was permitted, and given up before anything was sent. */
  readonly isUnsent?: true;
}

/** What refuses a call and is policy's. */
const POLICY_CODES: ReadonlySet<string> = new Set([
  'POLICY_DENIED',
  'APPROVAL_REQUIRED',
  'INSUFFICIENT_SCOPE',
  'UNKNOWN_TOOL',
  'UNKNOWN_RESOURCE',
  'UNKNOWN_PROMPT',
]);

/** Reads what policy decided out of calls of a record, with the catalog and the principals of today. */
export function createRecordReader({
  catalog,
  principals,
}: Pick<Offer, 'catalog' | 'principals'>): (call: Call) => RecordedDecision | Aside {
  const today = new Map([...principals.values()].map((one) => [keyOf(one), one]));
  const has = createPresence(catalog);
  return function read(call) {
    const { principal, target, decision } = call;
    const count = countOf(call);
    if (!principal || !target || count > 1) {
      return { why: aside(call, 'refusals that were folded into one record'), calls: count };
    }
    const effect = decision && toEffect(decision.effect);
    if (!effect || (call.refused && !isOfPolicy(call, effect)))
      return { why: aside(call, 'not decided'), calls: 1 };
    if (wasNeverSent(call)) return { why: aside(call, 'never sent'), calls: 1, isUnsent: true };
    const who = toPrincipal(principal, today.get(keyOf(principal)));
    const what = toTargets(target, catalog);
    const via = call.via ?? { face: 'cli' };
    const args = toArgs(call, what.target);
    return {
      call,
      isGone: !has(what.target),
      past: {
        target: what.target,
        knowsClaims: who.knowsClaims,
        knowsAttributes: what.knowsAttributes,
        facts: {
          principal: who.principal,
          target: what.facts,
          ...(args !== undefined && { args }),
          now: Date.parse(call.time),
          call: {
            face: via.face,
            // Records of earlier versions do not say.
            endpoint: via.endpoint ?? notKnown(),
            ...(via.era !== undefined && { era: via.era }),
            ...(via.clientName !== undefined && { clientName: via.clientName }),
            ...(via.clientVersion !== undefined && { clientVersion: via.clientVersion }),
            ...(via.ip !== undefined && { ip: via.ip }),
          },
        },
        decided: { effect, rules: decision?.rules ?? [] },
      },
    };
  };
}

function aside(call: Call, otherwise: string): string {
  const codes = [...codesOf(call).keys()].toSorted();
  return codes.length > 0 ? `refused with ${codes.join(', ')}` : otherwise;
}

function toEffect(text: string): Effect | undefined {
  return (['permit', 'approve', 'deny'] as const).find((one) => one === text);
}

/** Limits and arguments refuse what policy permits. */
function isOfPolicy(call: Call, effect: Effect): boolean {
  return effect !== 'permit' && [...codesOf(call).keys()].every((code) => POLICY_CODES.has(code));
}

function keyOf({ issuer, subject }: Pick<Principal, 'issuer' | 'subject'>): string {
  return JSON.stringify([issuer, subject]);
}

/** Scopes, groups and team as they were; claims, which no record holds, as they are today where the configuration says them. */
function toPrincipal(
  { issuer, subject, team, groups, scopes, client, act }: NonNullable<Call['principal']>,
  today: Principal | undefined,
): { principal: Principal; knowsClaims: boolean } {
  return {
    knowsClaims: today !== undefined,
    principal: {
      issuer,
      subject,
      scopes,
      groups,
      ...(team !== undefined && { team }),
      ...(client !== undefined && { client }),
      ...(act !== undefined && { act: act as Actor }),
      claims: today?.claims ?? notKnown(),
    },
  };
}

interface Targets {
  readonly target: Target;
  /** Of a tool that is gone, with what is not known of it. */
  readonly facts: Target;
  readonly knowsAttributes: boolean;
}

function toTargets(
  { kind, source = '', name, access }: NonNullable<Call['target']>,
  catalog: Catalog,
): Targets {
  if (kind !== 'tool') {
    const target: Target = kind === 'resource' ? { kind, source, uri: name } : { kind, source, name };
    return { target, facts: target, knowsAttributes: true };
  }
  const tool = catalog.toolByOwnName(source, name);
  if (tool) return { target: { kind, tool }, facts: { kind, tool }, knowsAttributes: true };
  const gone: Tool = {
    source,
    name,
    description: '',
    inputSchema: { type: 'object' },
    validationSchema: { type: 'object' },
    access: access ?? 'destructive',
    scopes: [],
    attributes: {},
    binding: { kind: 'mcp', upstreamName: name },
  };
  const attributes = { tags: [notKnown<string>()], method: notKnown<string>(), path: notKnown<string>() };
  return {
    target: { kind, tool: gone },
    facts: { kind, tool: { ...gone, attributes } },
    knowsAttributes: false,
  };
}

/** A resource may be one of a template, and models are in no catalog: neither is ever said to be gone. */
function createPresence(catalog: Catalog): (target: Target) => boolean {
  const prompts = new Set(catalog.prompts.map(({ source, name }) => `${source} ${name}`));
  return (target) => {
    if (target.kind === 'tool')
      return catalog.toolByOwnName(target.tool.source, target.tool.name) !== undefined;
    return target.kind !== 'prompt' || prompts.has(`${target.source} ${target.name}`);
  };
}

/** What a condition saw as the arguments; undefined where the record holds only their digest. */
function toArgs({ args }: Call, target: Target): Facts['args'] {
  if (target.kind === 'resource') return {};
  const kept = args && keptOf(args);
  if (kept === undefined) return undefined;
  if (target.kind !== 'prompt') return isJsonObject(kept) ? kept : undefined;
  // Of a prompt the whole request is kept.
  if (!isJsonObject(kept)) return undefined;
  const inner: unknown = Object.hasOwn(kept, 'arguments') ? kept['arguments'] : {};
  return isJsonObject(inner) ? inner : inner === notKnown() ? undefined : {};
}

/** Where the digest says that nothing was masked, what looks like a mark is what was sent. */
function keptOf({ digest, full, masked }: NonNullable<Call['args']>): JsonObject | undefined {
  if (full !== undefined) return full as JsonObject;
  if (masked === undefined) return undefined;
  try {
    return (digestOf(masked) === digest ? masked : replaceNotKept(masked as Json, notKnown())) as JsonObject;
  } catch {
    // Deeper than the stack is high: no record of ours is.
    return undefined;
  }
}
