import type { HttpBinding, SecurityScheme } from '../../catalog/binding.ts';
import { BailiwickError } from '../../errors.ts';
import { attach, isChallenged, type Credentials } from './security.ts';

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

function describeMismatch(scheme: SecurityScheme): string {
  switch (scheme.type) {
    case 'apiKey':
      return `the scheme is an API key in ${scheme.in}; give { apiKey }`;
    case 'http':
      return describeHttp(scheme.scheme.toLowerCase());
    case 'oauth2':
      return 'the scheme is oauth2; give { clientId, clientSecret, tokenUrl }, or a token as { bearer }';
    case 'openIdConnect':
      return 'the scheme is openIdConnect; give { clientId, clientSecret, issuer }, or a token as { bearer }';
    case 'mutualTLS':
      return 'the scheme is mutualTLS; give { certificate, key }';
    case 'unknown':
      return 'the document declares the security scheme in a way that cannot be read';
  }
}

function describeHttp(scheme: string): string {
  if (scheme === 'basic') return 'the scheme is HTTP basic; give { username, password }';
  if (scheme === 'bearer') return 'the scheme is HTTP bearer; give { bearer }';
  return isChallenged(scheme)
    ? `HTTP ${scheme} is not supported: its value is computed for each request`
    : `the scheme is HTTP ${scheme}; give { authorization }, the whole value of the header`;
}
