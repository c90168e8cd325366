import type { JsonObject } from '../../catalog/json.ts';
import { quote, type Finding } from './finding.ts';

/** Types of tokens that are for a resource (RFC 9068, section 2.1), and those of issuers that make no difference. */
const TYPES = new Set(['at+jwt', 'jwt']);

/** `alg` has to be one of the list. */
export function checkAlgorithm(
  header: JsonObject,
  accepted: readonly string[],
  where: string,
): Finding | undefined {
  const { alg } = header;
  if (typeof alg === 'string' && accepted.includes(alg)) return undefined;
  return {
    fault: 'algorithm',
    detail: `the token says that it is signed with ${quote(alg)}; taken are ${accepted.join(', ')} (${where})`,
  };
}

/** What kind of token it is (RFC 8725, section 3.11), and that it asks for nothing that is not understood (RFC 7515, section 4.1.11). */
export function checkType(header: JsonObject): Finding | undefined {
  const { typ, cty, crit, kid, b64 } = header;
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
  if (type !== undefined && !(typeof type === 'string' && TYPES.has(type))) {
    return {
      fault: 'token-type',
      detail: `"typ" is ${quote(typ)}: that is no access token, which says "at+jwt" or "JWT"`,
    };
  }
  if (cty !== undefined) {
    return { fault: 'token-type', detail: `"cty" is ${quote(cty)}: tokens inside of tokens are not taken` };
  }
  if (crit !== undefined || b64 !== undefined) {
    return {
      fault: 'token-type',
      detail: 'the header asks for an extension ("crit", "b64") that is not understood',
    };
  }
  if (kid !== undefined && typeof kid !== 'string') {
    return { fault: 'malformed', detail: `"kid" is ${quote(kid)}; it has to be a text` };
  }
  return undefined;
}

/** Keycloak says in a claim what a token is for: its ID tokens have the header, the key and perhaps the audience of access tokens. */
export function checkUse({ typ }: JsonObject): Finding | undefined {
  if (typeof typ !== 'string' || !/^(id|refresh|offline|logout)$/i.test(typ)) return undefined;
  return { fault: 'token-type', detail: `it is no access token: the issuer says ${quote(typ)}` };
}
