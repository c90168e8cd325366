import { BailiwickError } from '../../errors.ts';

/** An access token, as an authorization server gave it. */
export interface Token {
  readonly value: string;
  /** How long it holds, in milliseconds; absent where the server does not say. */
  readonly lifetimeMs?: number;
  readonly refreshToken?: string;
}

/** One access token that several calls share: got when it is first needed, and again before it expires. */
export interface TokenKeeper {
  /**
   * A token that holds. Calls that need one at the same time wait for the same request, which ends when the last of them
   * gives up.
   *
   * @throws BailiwickError what the request threw, for a while also to those who come after it; `CANCELLED`.
   */
  get(signal: AbortSignal): Promise<string>;
  /**
   * The API refused this token. True where another one is to be had: this one was dropped, or was replaced meanwhile. A
   * token that was only just given is kept, because a new one would fare no better.
   */
  drop(token: string): boolean;
}

export interface TokenKeeperOptions {
  readonly source: string;
  /** Asks the authorization server, with the refresh token of the last answer where it gave one. */
  readonly request: (refreshToken: string | undefined, signal: AbortSignal) => Promise<Token>;
  /** Milliseconds, of any epoch. */
  readonly now: () => number;
}

/** A token is renewed this long before it expires, or after half of its life where that is shorter. */
const SKEW_MS = 30_000;

/** What a token is taken to hold for whose server does not say (RFC 6749 §5.1 only recommends it). */
const ASSUMED_LIFETIME_MS = 300_000;

/** A refused token that is younger is not replaced: otherwise each call of an API that refuses all would ask for one. */
const YOUNG_MS = 5000;

/** How long after a failure nobody asks again; twice as long after each further one. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

interface Held {
  readonly token: Token;
  readonly since: number;
  readonly renewAt: number;
  readonly expiresAt: number;
}

interface Flight {
  readonly promise: Promise<string>;
  readonly controller: AbortController;
  waiting: number;
}

export function createTokenKeeper({ source, request, now }: TokenKeeperOptions): TokenKeeper {
  let held: Held | undefined;
  let failure: { readonly error: unknown; readonly until: number; readonly pauseMs: number } | undefined;
  let flight: Flight | undefined;

  function start(): Flight {
    const controller = new AbortController();
    const since = now();
    const own: Flight = { promise: ask(), controller, waiting: 0 };
    // Whoever waited may have gone; a failure nobody sees is none.
    own.promise.catch(() => {});
    return own;

    async function ask(): Promise<string> {
      try {
        const token = await renew(held?.token.refreshToken, controller.signal);
        if (!controller.signal.aborted) {
          held = toHeld(token, since);
          failure = undefined;
        }
        return token.value;
      } catch (error) {
        if (!controller.signal.aborted) {
          const pauseMs = Math.min((failure?.pauseMs ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS);
          failure = { error, until: now() + pauseMs, pauseMs };
        }
        throw error;
      } finally {
        if (flight?.controller === controller) flight = undefined;
      }
    }
  }

  /** A refresh token that is not taken any more is no loss: the client's own credentials are (RFC 6749 §4.4). */
  async function renew(refreshToken: string | undefined, signal: AbortSignal): Promise<Token> {
    if (refreshToken === undefined) return request(undefined, signal);
    try {
      return { refreshToken, ...(await request(refreshToken, signal)) };
    } catch (error) {
      if (error instanceof BailiwickError && error.code === 'UPSTREAM_ERROR')
        return request(undefined, signal);
      throw error;
    }
  }

  async function wait(own: Flight, signal: AbortSignal): Promise<string> {
    const { promise, reject } = Promise.withResolvers<never>();
    const leave = (): void => reject(cancelled(source));
    signal.addEventListener('abort', leave, { once: true });
    own.waiting++;
    try {
      return await Promise.race([own.promise, promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      own.waiting--;
      if (own.waiting === 0 && flight === own) {
        flight = undefined;
        own.controller.abort();
      }
    }
  }

  return {
    async get(signal) {
      if (signal.aborted) throw cancelled(source);
      const time = now();
      if (held && time < held.renewAt) return held.token.value;
      try {
        if (failure && time < failure.until) throw failure.error;
        flight ??= start();
        return await wait(flight, signal);
      } catch (error) {
        // Renewed early, so that a server that is down for a moment costs nobody a call.
        if (held && !signal.aborted && now() < held.expiresAt) return held.token.value;
        throw error;
      }
    },
    drop(token) {
      if (held?.token.value !== token) return true;
      if (now() - held.since < YOUNG_MS) return false;
      held = undefined;
      return true;
    },
  };
}

/** Counted from before the request: the server's own time began later. */
function toHeld(token: Token, since: number): Held {
  const lifetime = token.lifetimeMs ?? ASSUMED_LIFETIME_MS;
  const expiresAt = since + lifetime;
  return { token, since, expiresAt, renewAt: expiresAt - Math.min(SKEW_MS, lifetime / 2) };
}

function cancelled(source: string): BailiwickError {
  return new BailiwickError('CANCELLED', `${source}: the call was cancelled`);
}
