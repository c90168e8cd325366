import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request that the authorization server got. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly authorization: string | undefined;
}

export interface AuthorizationServerOptions {
  /** Members that metadata says instead of the right ones; `undefined` leaves one out. */
  readonly metadata?: (origin: string) => Record<string, unknown>;
  /** Parameters that the browser brings back instead of the right ones. */
  readonly redirect?: (right: URLSearchParams, origin: string) => void;
  /** Seconds. */
  readonly expiresIn?: number;
  /** Answers a request instead of the server; true where it did. */
  readonly instead?: (asked: Asked, response: ServerResponse) => boolean;
}

interface Grant {
  readonly family: string;
  readonly scope: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

function newGrant(parameters: URLSearchParams): Grant {
  return {
    family: randomBytes(6).toString('hex'),
    scope: parameters.get('scope') ?? '',
    challenge: parameters.get('code_challenge') ?? '',
    redirectUri: parameters.get('redirect_uri') ?? '',
  };
}

/** An authorization server made by hand: right by default, and wrong where a test wants it. Everybody consents at once. */
export async function startAuthorizationServer(options: AuthorizationServerOptions = {}) {
  const { expiresIn = 3600 } = options;
  const asked: Asked[] = [];
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, Grant>();
  const spent = new Map<string, string>();
  const valid = new Map<string, { readonly family: string; readonly scope: string }>();
  /** Everything secret that was given out. */
  const secrets: string[] = [];
  let origin = '';

  const secret = (kind: string): string => {
    const value = `${kind}-${randomBytes(18).toString('hex')}`;
    secrets.push(value);
    return value;
  };

  const issue = (grant: Grant, withRefresh: boolean) => {
    const accessToken = secret('access');
    valid.set(accessToken, grant);
    const refreshToken = withRefresh ? secret('refresh') : undefined;
    if (refreshToken !== undefined) refreshTokens.set(refreshToken, grant);
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: expiresIn,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(grant.scope !== '' && { scope: grant.scope }),
    };
  };

  const end = (family: string): void => {
    for (const tokens of [valid, refreshTokens]) {
      for (const [token, grant] of tokens) if (grant.family === family) tokens.delete(token);
    }
  };

  const token = (parameters: URLSearchParams): object => {
    switch (parameters.get('grant_type')) {
      case 'authorization_code': {
        const code = parameters.get('code') ?? '';
        const grant = codes.get(code);
        codes.delete(code);
        const verifier = parameters.get('code_verifier') ?? '';
        secrets.push(verifier);
        const challenge = createHash('sha256').update(verifier).digest('base64url');
        const isRight =
          grant?.challenge === challenge && grant.redirectUri === parameters.get('redirect_uri');
        return isRight ? issue(grant, true) : { error: 'invalid_grant' };
      }
      case 'refresh_token': {
        const given = parameters.get('refresh_token') ?? '';
        const family = spent.get(given);
        // RFC 9700 §4.14.2: a refresh token that comes twice ends all that came of it.
        if (family !== undefined) end(family);
        const grant = refreshTokens.get(given);
        if (!grant) return { error: 'invalid_grant' };
        refreshTokens.delete(given);
        spent.set(given, grant.family);
        return issue(grant, true);
      }
      case 'client_credentials':
      case 'urn:ietf:params:oauth:grant-type:token-exchange':
      case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
        return issue(newGrant(parameters), false);
      default:
        return { error: 'unsupported_grant_type' };
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin);
    const body = await text(request);
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
    const parameters = isForm ? new URLSearchParams(body) : url.searchParams;
    const one = {
      method: request.method ?? '',
      path: url.pathname,
      parameters,
      authorization: request.headers.authorization,
    };
    asked.push(one);
    if (options.instead?.(one, response)) return;
    const json = (value: object, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    switch (url.pathname) {
      case '/.well-known/oauth-authorization-server':
        json({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          registration_endpoint: `${origin}/register`,
          revocation_endpoint: `${origin}/revoke`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
          authorization_response_iss_parameter_supported: true,
          ...options.metadata?.(origin),
        });
        break;
      case '/register':
        json(
          { ...(JSON.parse(body) as object), client_id: 'registered', client_secret: secret('client') },
          201,
        );
        break;
      case '/authorize': {
        const code = secret('code');
        codes.set(code, newGrant(parameters));
        const right = new URLSearchParams({ code, state: parameters.get('state') ?? '', iss: origin });
        options.redirect?.(right, origin);
        response
          .writeHead(302, { location: `${parameters.get('redirect_uri') ?? ''}?${right.toString()}` })
          .end();
        break;
      }
      case '/token': {
        const given = token(parameters);
        json(given, 'error' in given ? 400 : 200);
        break;
      }
      case '/revoke': {
        const given = parameters.get('token') ?? '';
        const family = (refreshTokens.get(given) ?? valid.get(given))?.family;
        if (family !== undefined) end(family);
        response.writeHead(200).end();
        break;
      }
      default:
        response.writeHead(404).end();
    }
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin,
    asked,
    secrets,
    /** The scope of a token that holds, `undefined` for others. */
    scopeOf: (accessToken: string) => valid.get(accessToken)?.scope,
    /** Access tokens that hold. */
    valid,
    /** Nobody's token holds any more, and no refresh token does. */
    forgetAll() {
      valid.clear();
      refreshTokens.clear();
    },
    /** Access tokens that were given out hold no more; refresh tokens do. */
    expireAll: () => valid.clear(),
    /** Requests for tokens, by grant. */
    tokenRequests: (grant: string) =>
      asked.filter(({ path, parameters }) => path === '/token' && parameters.get('grant_type') === grant),
  };
}

export type AuthorizationServer = Awaited<ReturnType<typeof startAuthorizationServer>>;
