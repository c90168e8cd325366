import type { CallContext } from '../upstream.ts';

/** The answer of a server that does not accept a credential. */
export interface Challenge {
  readonly url: string;
  /** 401, or 403. */
  readonly status: number;
  /** `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1). */
  readonly challenge: string | undefined;
  /** The `Authorization` that was refused. */
  readonly authorization: string | undefined;
}

/**
 * How requests to an upstream MCP server prove on whose behalf they come. Every request goes through here, those of the SDK's
 * transports and those of our own short path.
 */
export interface McpCredentials {
  /**
   * Equal for two callers exactly where they show the upstream the same credential; part of what decides whether they may share a
   * session. Never a credential itself.
   */
  shareKey(context: CallContext): string;
  /**
   * The headers of one request, credentials among them. May wait for a token, or for the caller to sign in, asking it by
   * `context.ask`.
   *
   * @throws BailiwickError `SIGN_IN_REQUIRED`, `UPSTREAM_UNAVAILABLE`, `CANCELLED`; nothing was sent
   */
  headers(context: CallContext): Promise<Readonly<Record<string, string>>>;
  /** The upstream refused the credential. True where the request, which was not carried out, is worth sending again. */
  refused(challenge: Challenge, context: CallContext): Promise<boolean>;
  /** Called after a credential was revoked or replaced: sessions that were opened with this share key end. */
  onRevoked(listener: (shareKey: string) => void): void;
}

/** Configured headers: the same for everyone. */
export function createStaticCredentials(headers: Readonly<Record<string, string>>): McpCredentials {
  return {
    shareKey: () => 'static',
    headers: () => Promise.resolve(headers),
    refused: () => Promise.resolve(false),
    onRevoked: () => {},
  };
}
