import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { HttpResponse } from '../http/send.ts';
import type { Token } from './token-keeper.ts';

/** Longer ones do not fit into a header that any server takes. */
const MAX_TOKEN_LENGTH = 16_384;

const LONGEST_LIFETIME_MS = 86_400_000;

/**
 * The token in an answer of a token endpoint (RFC 6749 §5.1), or the error in it (§5.2).
 *
 * @param peer Names the endpoint in messages, which hold nothing of the answer but its status and its error code.
 * @throws BailiwickError `UPSTREAM_ERROR` where the endpoint refuses, `UPSTREAM_PROTOCOL` for what is no such answer.
 */
export function readTokenAnswer(response: HttpResponse, peer: string, advice: string): Token {
  const { status } = response;
  const answer = readJson(response);
  if (status !== 200) {
    const error = answer?.['error'];
    const code = typeof error === 'string' && /^[\w.-]{1,64}$/.test(error) ? ` (${error})` : '';
    throw new BailiwickError(
      'UPSTREAM_ERROR',
      `${peer} answered ${status}${code}, not an access token; ${advice}`,
    );
  }
  const { access_token: value, token_type: type, refresh_token: refreshToken } = answer ?? {};
  if (!isToken(value)) throw protocolError(peer, 'no access token that a header can hold');
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'bearer')) {
    throw protocolError(peer, 'a token that is not a bearer token');
  }
  const lifetimeMs = toLifetime(answer?.['expires_in']);
  return {
    value,
    ...(lifetimeMs !== undefined && { lifetimeMs }),
    ...(typeof refreshToken === 'string' && refreshToken !== '' && { refreshToken }),
  };
}

/**
 * The token endpoint in an issuer's discovery document (OpenID Connect Discovery 1.0 §4.3): of this very issuer, and on its
 * host, so that the document of an issuer sends the client's secret nowhere else.
 *
 * @throws BailiwickError `UPSTREAM_PROTOCOL`.
 */
export function readDiscovery(response: HttpResponse, issuer: string, peer: string): URL {
  const document = response.status === 200 ? readJson(response) : undefined;
  if (document === undefined) throw protocolError(peer, `${response.status} without a discovery document`);
  if (document['issuer'] !== issuer) throw protocolError(peer, 'the discovery document of another issuer');
  const endpoint = document['token_endpoint'];
  const url = typeof endpoint === 'string' ? URL.parse(endpoint) : null;
  if (url === null || url.origin !== URL.parse(issuer)?.origin || url.username !== '' || url.hash !== '') {
    throw protocolError(
      peer,
      'a token endpoint on another host than its own; configure `tokenUrl` to allow it',
    );
  }
  return url;
}

function isToken(value: Json | undefined): value is string {
  return typeof value === 'string' && value.length <= MAX_TOKEN_LENGTH && /^[\x21-\x7E]+$/.test(value);
}

/** Seconds, which some servers write as text. */
function toLifetime(value: Json | undefined): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !(seconds > 0)) return undefined;
  return Math.min(seconds * 1000, LONGEST_LIFETIME_MS);
}

function readJson({ body }: HttpResponse): JsonObject | undefined {
  if (body.kind !== 'bytes') return undefined;
  try {
    const value: Json = JSON.parse(body.bytes.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function protocolError(peer: string, what: string): BailiwickError {
  return new BailiwickError('UPSTREAM_PROTOCOL', `${peer} answered ${what}`);
}
