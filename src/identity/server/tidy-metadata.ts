import { BASE_SCOPE } from './scopes.ts';

/** Members of oidc-provider's document that speak of what is not served here. */
const LEFT_OUT = [
  'claims_parameter_supported',
  'claims_supported',
  'id_token_signing_alg_values_supported',
  'request_uri_parameter_supported',
];

/** The metadata of the server (RFC 8414, section 2), from what oidc-provider says of itself. */
export function tidyMetadata(
  document: Readonly<Record<string, unknown>>,
  { scopes, isOpenId }: { readonly scopes: readonly string[]; readonly isOpenId: boolean },
): Record<string, unknown> {
  return {
    ...Object.fromEntries(Object.entries(document).filter(([name]) => !LEFT_OUT.includes(name))),
    response_modes_supported: ['query'],
    scopes_supported: [BASE_SCOPE, ...scopes, 'offline_access'],
    // A document for OpenID clients is none without such a list; nothing is signed for them.
    ...(isOpenId && { id_token_signing_alg_values_supported: ['ES256'] }),
  };
}
