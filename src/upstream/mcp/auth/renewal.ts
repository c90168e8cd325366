import { OAuthError, refreshAuthorization, type FetchLike } from '@modelcontextprotocol/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { toAuthFault } from './auth-faults.ts';
import type { Protection } from './discover.ts';
import { orAborted } from '../../network/or-aborted.ts';
import type { GuardedServer } from './guarded-server.ts';
import { fromTokens, keyOfSignIn, type HeldSignIn, type SignIn, type SignIns } from './sign-ins.ts';

/** A token is renewed this long before it expires, or after half of its life where that is shorter. */
const SKEW_MS = 60_000;

/** How long one process may take to get a new token before another one tries. */
const LEASE_MS = 30_000;

/** How often it is looked whether the other process is done. */
const LOOK_AGAIN_MS = 100;

/** Errors that say that a refresh token is worth nothing any more (RFC 6749 §5.2). */
const OVER: readonly string[] = ['invalid_grant', 'invalid_client', 'unauthorized_client'];

/** Valid access tokens of sign-ins, renewed in time, by one process at a time. */
export interface Renewal {
  /**
   * The sign-in with a token that holds; `undefined` where there is none, or it is over and one has to sign in again.
   *
   * @param refused A token that the server refused: one that is to be replaced although its time is not over.
   * @throws BailiwickError where the authorization server cannot be asked.
   */
  valid(key: string, signal: AbortSignal, refused?: string): Promise<SignIn | undefined>;
}

export interface RenewalOptions {
  readonly server: GuardedServer;
  readonly signIns: SignIns;
  readonly fetch: FetchLike;
  readonly now: () => number;
  readonly onToken: (token: string) => void;
}

export function createRenewal({ server, signIns, fetch, now, onToken }: RenewalOptions): Renewal {
  const { source, url } = server;
  const flights = new Map<string, Promise<SignIn | undefined>>();

  function isDue(signIn: SignIn, refused: string | undefined): boolean {
    const { expiresAt, obtainedAt, accessToken } = signIn;
    if (accessToken === refused) return true;
    if (expiresAt === undefined) return false;
    return now() >= expiresAt - Math.min(SKEW_MS, (expiresAt - obtainedAt) / 2);
  }

  async function renew(key: string, refused: string | undefined): Promise<SignIn | undefined> {
    for (let fresh = false; ; fresh = true) {
      const held = await signIns.get(key, { fresh });
      if (!held || held.signIn.url !== url) return undefined;
      const { signIn } = held;
      if (!isDue(signIn, refused)) return signIn;
      if ((signIn.renewingUntil ?? 0) > now()) {
        await sleep(LOOK_AGAIN_MS);
        continue;
      }
      if (signIn.refreshToken === undefined) return expire(signIn, refused);
      const leased = { ...signIn, renewingUntil: now() + LEASE_MS };
      if (!(await signIns.replace(held, leased))) continue;
      const next = await signIns.get(key);
      // Somebody signed in anew, or out, in this very moment.
      if (next?.version !== held.version + 1 || next.signIn.renewingUntil !== leased.renewingUntil) continue;
      return refresh(next, refused);
    }
  }

  async function refresh(held: HeldSignIn, refused: string | undefined): Promise<SignIn | undefined> {
    const { signIn } = held;
    const { renewingUntil: _lease, ...rest } = signIn;
    try {
      const protection = await server.protection(AbortSignal.timeout(LEASE_MS));
      // Tokens are for the authorization server that gave them, and for no other.
      if (protection.issuer !== signIn.issuer) return await expire(signIn, signIn.accessToken);
      const tokens = await ask(signIn, protection);
      const next = { ...rest, ...fromTokens(tokens, now()) };
      onToken(next.accessToken);
      if (next.refreshToken !== undefined) onToken(next.refreshToken);
      return (await signIns.replace(held, next))
        ? next
        : (await signIns.get(keyOfSignIn(source, signIn.who)))?.signIn;
    } catch (error) {
      if (error instanceof OAuthError && OVER.includes(error.code)) return expire(signIn, signIn.accessToken);
      await signIns.replace(held, rest);
      // Renewed early, so that a server that is down for a moment costs nobody a call.
      const holds = signIn.expiresAt === undefined || now() < signIn.expiresAt;
      if (holds && signIn.accessToken !== refused) return rest;
      throw toAuthFault(error, source, 'renewing a token');
    }
  }

  function ask(signIn: SignIn, { issuer, metadata }: Protection) {
    const { client, refreshToken = '', resource } = signIn;
    return refreshAuthorization(issuer, {
      metadata,
      clientInformation: client,
      refreshToken,
      ...(resource !== undefined && { resource }),
      fetchFn: fetch,
    });
  }

  /** A token without a successor: good until its time is over, or the server refuses it. */
  async function expire(signIn: SignIn, refused: string | undefined): Promise<SignIn | undefined> {
    const { accessToken, expiresAt, id, who } = signIn;
    if (accessToken !== refused && (expiresAt === undefined || now() < expiresAt)) return signIn;
    await signIns.remove(keyOfSignIn(source, who), id);
    return undefined;
  }

  return {
    async valid(key, signal, refused) {
      const held = await signIns.get(key);
      if (!held || held.signIn.url !== url) return undefined;
      onToken(held.signIn.accessToken);
      if (!isDue(held.signIn, refused)) return held.signIn;
      let flight = flights.get(key);
      if (flight === undefined) {
        flight = renew(key, refused).finally(() => flights.delete(key));
        flight.catch(() => {});
        flights.set(key, flight);
      }
      return orAborted(flight, signal);
    },
  };
}
