import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { KeyRequest } from '../../identity/keys/key-desk.ts';
import { suggest } from '../../text/suggest.ts';
import type { KeyRoom } from './with-keys.ts';

export interface RightOptions {
  scopes?: string;
  groups?: string;
  team?: string;
  client?: string;
  claims?: string;
}

type Rights = Pick<KeyRequest, 'principal' | 'issuer' | 'scopes' | 'groups' | 'team' | 'client' | 'claims'>;

/** As `identity.principals` names them. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** RFC 6749, section 3.3. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** Scopes of a new key that open nothing: most of them are mistyped. */
export function noteIdleScopes(
  scopes: readonly string[] | undefined,
  { policyScopes }: Pick<KeyRoom, 'policyScopes'>,
): string | undefined {
  const known = scopes && policyScopes();
  const idle = known ? scopes.filter((scope) => !known.has(scope)) : [];
  if (!known || idle.length === 0) return undefined;
  const texts = idle.map((scope) => {
    const near = suggest(scope, [...known]);
    return near === undefined ? scope : `${scope} (did you mean ${near}?)`;
  });
  return `Note: no policy asks for the ${idle.length === 1 ? 'scope' : 'scopes'} ${texts.join(', ')}, so the key opens nothing by it.`;
}

/**
 * Whom a new key speaks for, and what it may do. `note`: what to tell beside it.
 *
 * @throws BailiwickError `USAGE`
 */
export function toRights(
  principal: string,
  options: RightOptions,
  { principals, file }: Pick<KeyRoom, 'principals' | 'file'>,
): { readonly request: Rights; readonly note?: string } {
  const scopes = toList('--scopes', options.scopes, /[\s,]+/);
  const settings = Object.hasOwn(principals, principal) ? principals[principal] : undefined;
  if (settings) {
    refuseOwnRights(principal, options);
    const beyond = scopes?.filter((scope) => !settings.scopes.includes(scope)) ?? [];
    if (beyond.length > 0) {
      throw new BailiwickError(
        'USAGE',
        `--scopes: ${principal} does not hold ${beyond.join(', ')}, and a key never opens more than its principal may; it holds ${settings.scopes.join(', ') || 'none'}`,
      );
    }
    return { request: { principal, issuer: 'config', ...(scopes && { scopes }) } };
  }
  const wrong = scopes?.find((scope) => !SCOPE.test(scope));
  if (wrong !== undefined) throw new BailiwickError('USAGE', `--scopes: "${wrong}" is no scope (RFC 6749)`);
  const groups = toList('--groups', options.groups, /,/);
  const near = suggest(principal, Object.keys(principals));
  if (!scopes && !groups) throw unknownPrincipal(principal, { near, file, known: Object.keys(principals) });
  if (!NAME.test(principal)) {
    throw new BailiwickError(
      'USAGE',
      `"${principal}" cannot be a principal: 1 to 64 letters, digits, ".", "_", "@" or "-", a letter or digit first`,
    );
  }
  return {
    request: {
      principal,
      issuer: 'keys',
      scopes: scopes ?? [],
      groups: groups ?? [],
      ...(options.team !== undefined && { team: toText('--team', options.team) }),
      ...(options.client !== undefined && { client: toText('--client', options.client) }),
      ...(options.claims !== undefined && { claims: toClaims(options.claims) }),
    },
    ...(near !== undefined && {
      note: `Note: "${principal}" is not the principal "${near}" of ${file}, but one of its own.`,
    }),
  };
}

function unknownPrincipal(
  principal: string,
  { near, file, known }: { near: string | undefined; file: string; known: readonly string[] },
): BailiwickError {
  const question = near === undefined ? '' : `; did you mean ${near}?`;
  return new BailiwickError(
    'USAGE',
    `no principal "${principal}" in identity.principals of ${file} (there is ${known.join(', ') || 'none'})${question}${near === undefined ? ';' : ''} a key for somebody who is not there needs rights of its own: --scopes or --groups`,
  );
}

function refuseOwnRights(principal: string, { groups, team, client, claims }: RightOptions): void {
  const given = Object.entries({ groups, team, client, claims }).find(([, value]) => value !== undefined);
  if (!given) return;
  throw new BailiwickError(
    'USAGE',
    `--${given[0]}: ${principal} is in identity.principals, and its key takes that from there; --scopes can narrow it`,
  );
}

function toList(option: string, text: string | undefined, separator: RegExp): string[] | undefined {
  if (text === undefined) return undefined;
  const parts = text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length > 0) return [...new Set(parts)];
  throw new BailiwickError('USAGE', `${option}: names nothing; leave it out, or separate names with commas`);
}

function toText(option: string, text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new BailiwickError('USAGE', `${option}: is empty`);
}

function toClaims(text: string): JsonObject {
  let claims: Json | undefined;
  try {
    claims = JSON.parse(text) as Json;
  } catch {
    claims = undefined;
  }
  if (claims !== undefined && isJsonObject(claims)) return claims;
  throw new BailiwickError('USAGE', `--claims: must be a JSON object, e.g. '{"region":"emea"}'`);
}
