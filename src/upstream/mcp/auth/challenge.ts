import { extractWWWAuthenticateParams } from '@modelcontextprotocol/client';

/** What a server's `WWW-Authenticate` says (RFC 6750 §3, RFC 9728 §5.1). */
export interface ChallengeFacts {
  readonly resourceMetadataUrl?: string;
  /** Scopes, separated by single spaces. */
  readonly scope?: string;
  readonly error?: string;
}

/** Longer ones are nobody's. */
const MAX_LENGTH = 8192;

export function readChallenge(header: string | null | undefined): ChallengeFacts {
  if (header === null || header === undefined || header.length > MAX_LENGTH) return {};
  try {
    const response = new Response(null, { headers: { 'www-authenticate': header } });
    const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(response);
    const scopes = scope?.split(/\s+/).filter((one) => /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(one)) ?? [];
    return {
      ...(resourceMetadataUrl && { resourceMetadataUrl: resourceMetadataUrl.href }),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(error !== undefined && { error }),
    };
  } catch {
    return {};
  }
}
