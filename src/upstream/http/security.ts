import type { HttpBinding, SecurityScheme } from '../../catalog/binding.ts';
import { MASK } from '../scrub.ts';
import type { Credential } from './credentials.ts';
import { encodeStrict } from './percent-encoding.ts';

/** A credential in the place where a request carries it. */
export interface Attachment {
  readonly in: 'header' | 'query' | 'cookie';
  readonly name: string;
  /** What precedes the secret, e.g. `Bearer `. */
  readonly prefix: string;
  /** The secret as it stands on the wire, encoded for its place. */
  readonly secret: string;
}

/** An access token that has to be asked for: by the scheme's credential, with these scopes. */
export interface TokenWish {
  readonly scheme: string;
  readonly scopes: readonly string[];
}

/** An attachment before the call: its secret, or how to get it. */
export interface Planned extends Omit<Attachment, 'secret'> {
  readonly secret: string | TokenWish;
}

/** Configured credentials by the name of the document's security scheme. */
export type Credentials = ReadonlyMap<string, Credential>;

/**
 * What to attach for an operation's security requirement: the first alternative whose schemes all have a configured
 * credential of the right kind. An alternative that asks for nothing comes last, because an operator who configures a
 * credential wants it used.
 *
 * @returns `undefined` where no alternative can be satisfied: nothing is attached, and the API answers 401.
 */
export function chooseAttachments(
  security: HttpBinding['security'],
  credentials: Credentials,
): Planned[] | undefined {
  for (const alternative of security) {
    const planned = alternative.map((scheme) => attach(scheme, credentials.get(scheme.name)));
    if (planned.length > 0 && planned.every((one) => one !== undefined)) return planned.flat();
  }
  return undefined;
}

/** The same attachments with their secrets masked. */
export function maskAttachments(planned: readonly Planned[]): Attachment[] {
  return planned.map((one) => ({ ...one, secret: MASK }));
}

/** What a credential adds to a request of this scheme; nothing for a certificate. `undefined`: it does not fit. */
export function attach(scheme: SecurityScheme, credential: Credential | undefined): Planned[] | undefined {
  if (credential === undefined) return undefined;
  switch (scheme.type) {
    case 'apiKey':
      return 'apiKey' in credential ? [attachKey(scheme.in, scheme.parameter, credential.apiKey)] : undefined;
    case 'http':
      return attachHttp(scheme.scheme.toLowerCase(), credential);
    case 'oauth2':
    case 'openIdConnect': {
      if (!('clientSecret' in credential)) return attachHttp('bearer', credential);
      const scopes = credential.scopes ?? scheme.scopes ?? [];
      return [toHeader('Bearer ', { scheme: scheme.name, scopes: [...new Set(scopes)].toSorted() })];
    }
    case 'mutualTLS':
      return 'certificate' in credential ? [] : undefined;
    case 'unknown':
      return undefined;
  }
}

function attachKey(place: Attachment['in'], name: string, key: string): Planned {
  return { in: place, name, prefix: '', secret: place === 'header' ? key : encodeStrict(key) };
}

/** RFC 6750 §2.1 (bearer), RFC 7617 §2 (basic, in UTF-8); of other schemes, the whole value of the header. */
function attachHttp(scheme: string, credential: Credential): Planned[] | undefined {
  if (scheme === 'bearer')
    return 'bearer' in credential ? [toHeader('Bearer ', credential.bearer)] : undefined;
  if (scheme === 'basic') {
    if (!('username' in credential)) return undefined;
    return [toHeader('Basic ', toBasic(credential.username, credential.password))];
  }
  return 'authorization' in credential && !isChallenged(scheme)
    ? [toHeader('', credential.authorization)]
    : undefined;
}

/** Schemes that compute each request's value, from a challenge or from the request: no configured value is right twice. */
export function isChallenged(scheme: string): boolean {
  return /^(?:digest|dpop|hoba|mutual|negotiate|ntlm|scram-.*|signature|vapid)$/.test(scheme);
}

function toHeader(prefix: string, secret: Planned['secret']): Planned {
  return { in: 'header', name: 'authorization', prefix, secret };
}

export function toBasic(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
}
