import type { JsonObject } from '../../catalog/json.ts';
import { parseStrictObject } from './strict-json.ts';

/** A signed JWT in its compact form, taken apart. Nothing about it is known to be true. */
export interface ParsedToken {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** The longest token that is taken apart, in characters. */
const MAX_TOKEN_LENGTH = 16_384;

/**
 * Takes a token apart.
 *
 * @returns nothing where it is no signed JWT, but something that only its issuer understands; a few words about what is wrong,
 *   where it is one that nobody may accept.
 */
export function parseToken(token: string): ParsedToken | string | undefined {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first <= 0 || second < 0 || token.includes('.', second + 1)) return undefined;
  if (token.length > MAX_TOKEN_LENGTH) {
    return `it has ${token.length} characters; the limit is ${MAX_TOKEN_LENGTH}`;
  }
  const headerText = decode(token.slice(0, first));
  // What begins otherwise is an opaque token that happens to have two dots.
  if (!headerText?.startsWith('{')) return undefined;
  const header = parseStrictObject(headerText);
  if (typeof header === 'string') return `of its header: ${header}`;
  const claimsText = decode(token.slice(first + 1, second));
  if (claimsText === undefined) return 'its payload is no base64url of UTF-8';
  const claims = parseStrictObject(claimsText);
  if (typeof claims === 'string') return `of its payload: ${claims}`;
  if (!isCanonical(token.slice(second + 1))) return 'its signature is no base64url';
  return { header, claims };
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(part: string): string | undefined {
  if (!isCanonical(part)) return undefined;
  try {
    return UTF_8.decode(Buffer.from(part, 'base64url'));
  } catch {
    return undefined;
  }
}

/** base64url as RFC 7515 wants it, in the one way in which these bytes are written: without that a token has several texts. */
function isCanonical(part: string): boolean {
  return /^[A-Za-z0-9_-]*$/.test(part) && Buffer.from(part, 'base64url').toString('base64url') === part;
}
