/** A client of an authorization server: RFC 6749 §4.4. Where it asks is configured, never read from an API's document. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The token endpoint; where it is absent, `issuer` is asked for it. */
  readonly tokenUrl?: string | undefined;
  /** OpenID Connect issuer. */
  readonly issuer?: string | undefined;
  /** Instead of those that the operations ask for. */
  readonly scopes?: readonly string[] | undefined;
  readonly audience?: string | undefined;
  /** How the client proves itself (RFC 6749 §2.3.1). Absent: `basic`. */
  readonly authentication?: 'basic' | 'post' | undefined;
}

/** `client_secret_basic`: each part is form-encoded before they are joined (RFC 6749 §2.3.1). */
export function toClientBasic({ clientId, clientSecret }: OAuthClient): string {
  return Buffer.from(`${toForm(clientId)}:${toForm(clientSecret)}`, 'utf8').toString('base64');
}

function toForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

/** The body of a token request. */
export function toTokenForm(
  client: OAuthClient,
  scopes: readonly string[],
  refreshToken: string | undefined,
): string {
  const { clientId, clientSecret, audience, authentication } = client;
  const form = new URLSearchParams(
    refreshToken === undefined
      ? { grant_type: 'client_credentials' }
      : { grant_type: 'refresh_token', refresh_token: refreshToken },
  );
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  if (audience !== undefined) form.set('audience', audience);
  if (authentication === 'post') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  return form.toString();
}
