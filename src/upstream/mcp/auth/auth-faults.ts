import { IssuerMismatchError, OAuthError, RegistrationRejectedError } from '@modelcontextprotocol/client';
import { BailiwickError } from '../../../errors.ts';
import { AddressRefusedError } from '../../network/address-guard.ts';
import { causesOf } from '../causes.ts';
import { AuthExchangeError } from './auth-fetch.ts';

/**
 * What went wrong between Bailiwick and an authorization server. Messages hold nothing of an answer but its error code: the
 * rest may hold a token, and is written by whoever runs that server.
 */
export function toAuthFault(thrown: unknown, source: string, doing: string): BailiwickError {
  if (thrown instanceof BailiwickError) return thrown;
  const fault = (code: 'UPSTREAM_ERROR' | 'UPSTREAM_PROTOCOL' | 'UPSTREAM_UNAVAILABLE', why: string) =>
    new BailiwickError(code, `source ${source}: ${doing} failed: ${why}`, { nothingSent: true });
  for (const cause of causesOf(thrown)) {
    if (cause instanceof OAuthError)
      return fault('UPSTREAM_ERROR', `the authorization server says ${oauthCodeOf(cause)}`);
    if (cause instanceof IssuerMismatchError)
      return fault(
        'UPSTREAM_PROTOCOL',
        'the authorization server calls itself by another issuer than expected',
      );
    if (cause instanceof RegistrationRejectedError)
      return fault('UPSTREAM_ERROR', `the authorization server registers no client (HTTP ${cause.status})`);
    if (cause instanceof AddressRefusedError)
      return fault('UPSTREAM_PROTOCOL', `its metadata leads to an address that is ${cause.kind}`);
    if (cause instanceof AuthExchangeError) return fault('UPSTREAM_PROTOCOL', cause.message);
    if (cause instanceof SyntaxError || (cause instanceof Error && cause.name.endsWith('ZodError')))
      return fault('UPSTREAM_PROTOCOL', 'an answer is not what the specification says');
    if (cause instanceof Error && cause.name === 'InsecureTokenEndpointError')
      return fault('UPSTREAM_PROTOCOL', 'the token endpoint is not https');
    if (cause instanceof Error && cause.name === 'TimeoutError')
      return fault('UPSTREAM_UNAVAILABLE', 'the authorization server did not answer in time');
    const system = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (typeof system === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(system))
      return fault('UPSTREAM_UNAVAILABLE', `the authorization server cannot be reached (${system})`);
  }
  return fault('UPSTREAM_PROTOCOL', 'the authorization server did not answer as the specification says');
}

/** The error code of an OAuth answer (RFC 6749 §5.2), if it looks like one. */
export function oauthCodeOf(error: OAuthError): string {
  return /^[\w.-]{1,64}$/.test(error.code) ? error.code : 'an error without a proper code';
}
