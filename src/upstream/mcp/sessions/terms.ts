import { digestOf } from '../../../catalog/canonical.ts';
import type { JsonObject } from '../../../catalog/json.ts';
import type { Principal } from '../../../identity/principal.ts';
import type { CallContext, ClientSession } from '../../upstream.ts';
import type { Era } from '../connection.ts';
import { asksAnything, forwardedCapabilities, GATEWAY_CAPABILITIES } from './capabilities.ts';

/** What an upstream session is, and so who may use it: two calls with equal keys may use the same one. */
export interface Terms {
  readonly key: string;
  /** Which credential the upstream is shown ({@link McpCredentials.shareKey}). */
  readonly shareKey: string;
  /** What is declared in the handshake. In the modern era each request declares its own. */
  readonly capabilities: JsonObject;
  /** The gateway's own: it lists and listens. */
  readonly isOwn: boolean;
  /** One call at a time: nothing else would say whom a question is for. */
  readonly isExclusive: boolean;
  /** Used by more than one principal: what cannot be told to belong to a call is told nobody. */
  readonly isMixed: boolean;
  /** The session is safe to share like this in this era only. */
  readonly era?: Era;
  /** The client whose session this is alone: it ends with it, and is asked what no call has caused. */
  readonly client?: ClientSession;
}

export interface TermsOptions {
  readonly context: CallContext;
  readonly kind: 'http' | 'stdio';
  readonly mode: 'principal' | 'shared';
  /** What the upstream speaks; absent: nobody knows yet. */
  readonly era: Era | undefined;
  readonly shareKey: string;
  /** The share key of the gateway itself. */
  readonly ownShareKey: string;
}

export function ownTerms(mode: TermsOptions['mode'], shareKey: string): Terms {
  return {
    key: 'own',
    shareKey,
    capabilities: mode === 'shared' ? {} : GATEWAY_CAPABILITIES,
    isOwn: true,
    isExclusive: false,
    isMixed: true,
  };
}

/** Which session a call may use. */
export function toTerms(options: TermsOptions): Terms {
  const { context, kind, mode, era, shareKey, ownShareKey } = options;
  const { caller } = context;
  if (!caller) return ownTerms(mode, ownShareKey);
  const isStateless = kind === 'http' && era === 'modern';
  if (mode === 'shared' || isStateless) {
    const expected = isStateless ? { era } : {};
    if (shareKey === ownShareKey) return { ...ownTerms(mode, ownShareKey), ...expected };
    const terms = { key: toKey(mode, shareKey), shareKey, capabilities: {}, isOwn: false };
    return { ...terms, isExclusive: false, isMixed: true, ...expected };
  }
  const who = identityOf(caller.principal);
  if (era === 'modern') {
    const terms = { key: toKey('modern', who, shareKey), shareKey, capabilities: {}, isOwn: false };
    return { ...terms, isExclusive: false, isMixed: false, era };
  }
  const { capabilities, digest } = legacyCapabilities(context);
  const isAskable = asksAnything(capabilities);
  const client = isAskable ? caller.session : undefined;
  return {
    key: toKey('legacy', who, shareKey, digest, isAskable ? (client?.id ?? '*') : ''),
    shareKey,
    capabilities,
    isOwn: false,
    // A modern client is asked within its calls only, so it has to be certain which one a question is for.
    isExclusive: isAskable && !(client && context.rounds === 'ask'),
    isMixed: false,
    ...(client && { client }),
  };
}

interface Declared {
  readonly capabilities: JsonObject;
  readonly digest: string;
}

/** What was made of a client's capabilities, as long as they live: by how it can be asked. */
const declared = new WeakMap<JsonObject, Map<string, Declared>>();

/** A legacy session keeps its promises as long as it lives, so only who can be asked at any time makes them. */
function legacyCapabilities(context: CallContext): Declared {
  const { clientCapabilities = NONE, ask, rounds, caller } = context;
  const manner = `${ask !== undefined} ${rounds === 'ask'} ${caller?.session !== undefined}`;
  const known = declared.get(clientCapabilities) ?? new Map<string, Declared>();
  declared.set(clientCapabilities, known);
  let made = known.get(manner);
  if (!made) {
    const capabilities = toDeclared(context);
    made = { capabilities, digest: digestOf(capabilities) };
    known.set(manner, made);
  }
  return made;
}

const NONE: JsonObject = {};

function toDeclared(context: CallContext): JsonObject {
  const { sampling, elicitation, roots, extensions } = forwardedCapabilities(context);
  const others = { ...(extensions !== undefined && { extensions }) };
  if (!context.ask) return others;
  return {
    ...others,
    ...(sampling !== undefined && { sampling }),
    ...(elicitation !== undefined && { elicitation }),
    // Whether the roots change is known of clients with a session only.
    ...(roots !== undefined && { roots: context.caller?.session ? roots : {} }),
  };
}

const identities = new WeakMap<Principal, string>();

/** Equal for the same caller, whatever rights it has at the moment: a renewed token makes no other caller of it. */
function identityOf(principal: Principal): string {
  let identity = identities.get(principal);
  if (identity === undefined) {
    const { issuer, subject, team, client } = principal;
    identity = digestOf({ issuer, subject, team, client });
    identities.set(principal, identity);
  }
  return identity;
}

function toKey(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
