import { z } from 'zod';

/** What the suite tells a client beside the URL: credentials it was given beforehand, and calls to make. */
export const Context = z.looseObject({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  private_key_pem: z.string().optional(),
  signing_algorithm: z.string().optional(),
  issuer: z.string().optional(),
  idp_client_id: z.string().optional(),
  idp_id_token: z.string().optional(),
  idp_token_endpoint: z.string().optional(),
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })).optional(),
});
export type Context = z.output<typeof Context>;

/** The client metadata document that the suite's authorization server expects. */
const CLIENT_METADATA_URL = 'https://conformance-test.local/client-metadata.json';

/** The settings that a person would write for the source, to sign in as the scenario wants. */
export function credentialsFor(scenario: string, context: Context): Record<string, unknown> {
  if (!scenario.startsWith('auth/')) return {};
  const { client_id: clientId, client_secret: clientSecret, issuer } = context;
  switch (scenario) {
    case 'auth/client-credentials-basic':
      return { auth: { clientCredentials: { clientId, clientSecret } } };
    case 'auth/client-credentials-jwt': {
      const { private_key_pem: privateKey, signing_algorithm: algorithm } = context;
      return { auth: { clientCredentials: { clientId, privateKey, algorithm } } };
    }
    case 'auth/enterprise-managed-authorization': {
      const identityProvider = { tokenUrl: context.idp_token_endpoint, clientId: context.idp_client_id };
      return { auth: { assertion: { clientId, clientSecret, identityProvider } } };
    }
    case 'auth/pre-registration':
      return { auth: { oauth: { clientId, clientSecret, ...(issuer !== undefined && { issuer }) } } };
    default:
      return { auth: { oauth: { clientMetadataUrl: CLIENT_METADATA_URL } } };
  }
}
