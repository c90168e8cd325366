import type { JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { Confirmation } from '../proof.ts';
import { quote, type Finding } from './finding.ts';

/** What a token is bound to (RFC 7800, RFC 9449 section 6, RFC 8705 section 3), or what is wrong with that. */
export function readConfirmation(
  claims: JsonObject,
  options: { readonly requireDpop: boolean; readonly where: string },
): Confirmation | Finding | undefined {
  const { cnf } = claims;
  if (cnf !== undefined && !isJsonObject(cnf)) {
    return { fault: 'claims', detail: `"cnf" is ${quote(cnf)}; it has to be an object` };
  }
  const names = Object.keys(cnf ?? {});
  const jkt = cnf?.['jkt'];
  if (typeof jkt === 'string' && /^[A-Za-z0-9_-]{43}$/.test(jkt) && names.length === 1) return { jkt };
  if (options.requireDpop) {
    return {
      fault: 'binding',
      detail: `the token is not bound to a DPoP key by "cnf.jkt" alone, which ${options.where} asks for`,
    };
  }
  // An empty one says that it is bound, and not to what.
  return cnf === undefined ? undefined : { other: names };
}
