import type { HttpBinding, SecurityScheme } from '../../catalog/binding.ts';
import { BailiwickError } from '../../errors.ts';
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

/** Configured credentials by the name of the document's security scheme. */
export type Credentials = ReadonlyMap<string, Credential>;

/**
 * What to attach for an operation's security requirement: the first alternative whose schemes all have a configured
 * credential of the right kind. An alternative that asks for nothing comes last, because an operator who configures a
 * credential wants it used. Where no alternative can be satisfied nothing is attached, and the API answers 401.
 */
export function chooseAttachments(security: HttpBinding['security'], credentials: Credentials): Attachment[] {
  for (const alternative of security) {
    const attachments = alternative.map((scheme) => attach(scheme, credentials.get(scheme.name)));
    if (attachments.length > 0 && attachments.every((one) => one !== undefined)) return attachments;
  }
  return [];
}

/** The same attachments with their secrets masked. */
export function maskAttachments(attachments: readonly Attachment[]): Attachment[] {
  return attachments.map((attachment) => ({ ...attachment, secret: MASK }));
}

/**
 * Refuses a credential that could never be attached: of a scheme that no operation uses, or of the wrong kind for its
 * scheme. Said when the source is compiled, because at a call it would only show as a 401.
 *
 * @throws BailiwickError `CONFIGURATION`, naming the scheme and never the secret.
 */
export function checkCredentials(
  source: string,
  requirements: readonly HttpBinding['security'][],
  credentials: Credentials,
): void {
  const schemes = new Map(requirements.flat(2).map((scheme) => [scheme.name, scheme]));
  for (const [name, credential] of credentials) {
    const where = `sources.${source}.credentials.${name}`;
    const scheme = schemes.get(name);
    if (scheme === undefined) {
      const known = [...schemes.keys()].toSorted().join(', ') || 'none';
      throw new BailiwickError(
        'CONFIGURATION',
        `${where}: no operation of the document asks for this security scheme; those asked for: ${known}`,
      );
    }
    if (attach(scheme, credential) === undefined) {
      throw new BailiwickError('CONFIGURATION', `${where}: ${describeMismatch(scheme)}`);
    }
  }
}

function attach(scheme: SecurityScheme, credential: Credential | undefined): Attachment | undefined {
  if (credential === undefined) return undefined;
  if (scheme.type === 'apiKey') {
    return 'apiKey' in credential ? attachKey(scheme.in, scheme.parameter, credential.apiKey) : undefined;
  }
  if (scheme.type === 'http') return attachHttp(scheme.scheme.toLowerCase(), credential);
  if (scheme.type === 'oauth2' || scheme.type === 'openIdConnect') return attachHttp('bearer', credential);
  return undefined;
}

function attachKey(place: Attachment['in'], name: string, key: string): Attachment {
  return { in: place, name, prefix: '', secret: place === 'header' ? key : encodeStrict(key) };
}

/** RFC 6750 §2.1 (bearer) and RFC 7617 §2 (basic, in UTF-8). */
function attachHttp(scheme: string, credential: Credential): Attachment | undefined {
  const header = { in: 'header', name: 'authorization' } as const;
  if (scheme === 'bearer' && 'bearer' in credential) {
    return { ...header, prefix: 'Bearer ', secret: credential.bearer };
  }
  if (scheme === 'basic' && 'username' in credential) {
    return { ...header, prefix: 'Basic ', secret: toBasic(credential.username, credential.password) };
  }
  return undefined;
}

export function toBasic(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
}

function describeMismatch(scheme: SecurityScheme): string {
  if (scheme.type === 'apiKey') return `the scheme is an API key in ${scheme.in}; give { apiKey }`;
  const kind = scheme.type === 'http' ? `HTTP ${scheme.scheme.toLowerCase()}` : scheme.type;
  if (kind === 'HTTP basic') return 'the scheme is HTTP basic; give { username, password }';
  if (['HTTP bearer', 'oauth2', 'openIdConnect'].includes(kind))
    return `the scheme is ${kind}; give { bearer }`;
  return `security schemes of the kind ${kind} are not supported`;
}
