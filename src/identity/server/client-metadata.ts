/** What the metadata of a client may say; the rest is for what this server does not do, and is passed over. */
const TEXTS = ['client_name', 'client_uri', 'jwks_uri', 'token_endpoint_auth_signing_alg'] as const;

const GRANT_TYPES = ['authorization_code', 'refresh_token'];

/**
 * Metadata of a client (RFC 7591, section 2) as oidc-provider takes it.
 *
 * Many programs for one machine do not say `application_type: native`, without which no address of that machine is taken; where
 * they come back to says it for them, and against them: plain http is for that machine only, whatever they call themselves. Grant and response types that are not served are left out, and so is everything that is unknown.
 *
 * @param fallback the method by which the client authenticates where it names none
 */
export function normalizeClientMetadata(
  given: Readonly<Record<string, unknown>>,
  fallback: 'none' | 'client_secret_basic',
): Record<string, unknown> {
  const redirectUris = given['redirect_uris'];
  const grantTypes = given['grant_types'];
  const type = given['application_type'];
  return {
    ...Object.fromEntries(
      TEXTS.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]]] : [])),
    ),
    ...(given['jwks'] !== undefined && given['jwks_uri'] === undefined && { jwks: given['jwks'] }),
    ...(given['dpop_bound_access_tokens'] === true && { dpop_bound_access_tokens: true }),
    redirect_uris: redirectUris,
    application_type: Array.isArray(redirectUris) && redirectUris.some(isNative) ? 'native' : (type ?? 'web'),
    grant_types: Array.isArray(grantTypes)
      ? GRANT_TYPES.filter((name) => name === 'authorization_code' || grantTypes.includes(name))
      : ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: given['token_endpoint_auth_method'] ?? fallback,
  };
}

/** A custom scheme, or an address of the machine of the person (RFC 8252, section 7). */
function isNative(uri: unknown): boolean {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return false;
  const { protocol } = new URL(uri);
  return protocol !== 'https:';
}
