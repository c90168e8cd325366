import type { IdentitySettings } from '../settings.ts';

/** A protected resource's metadata (RFC 9728, section 2). It is served as it is. */
export interface ResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
  readonly resource_name: string;
  readonly resource_documentation?: string;
  readonly dpop_signing_alg_values_supported?: readonly string[];
  readonly dpop_bound_access_tokens_required?: true;
}

/** What the metadata is made of beside the settings. */
export interface ResourceFacts {
  /** Where callers find this server: no slash at its end. */
  readonly baseUrl: string;
  /** Scopes that the embedded authorization server can grant. */
  readonly serverScopes: readonly string[];
  /** Signature algorithms of DPoP proofs that are taken. */
  readonly dpopAlgorithms: readonly string[];
}

/** The identifier of the one resource that all endpoints of a server are: what tokens for it name as their audience (RFC 8707). */
export function resourceAt(baseUrl: string): string {
  return `${baseUrl}/mcp`;
}

/** The document, or undefined where no authorization server is there to be named. */
export function toMetadata(settings: IdentitySettings, facts: ResourceFacts): ResourceMetadata | undefined {
  const issuers = settings.issuers.filter(({ advertise, preset }) => advertise ?? preset !== 'kubernetes');
  const servers = [...(settings.server ? [facts.baseUrl] : []), ...issuers.map(({ issuer }) => issuer)];
  if (servers.length === 0) return undefined;
  const { name, documentation, scopes } = settings.resource;
  const supported = scopes ?? (settings.server ? facts.serverScopes : []);
  const algorithms = issuers.length > 0 ? facts.dpopAlgorithms : [];
  const isBound = !settings.server && issuers.every(({ dpop }) => dpop === 'require');
  return {
    resource: resourceAt(facts.baseUrl),
    authorization_servers: [...new Set(servers)],
    ...(supported.length > 0 && { scopes_supported: supported }),
    bearer_methods_supported: ['header'],
    resource_name: name,
    ...(documentation !== undefined && { resource_documentation: documentation }),
    ...(algorithms.length > 0 && { dpop_signing_alg_values_supported: algorithms }),
    ...(isBound && { dpop_bound_access_tokens_required: true }),
  };
}
