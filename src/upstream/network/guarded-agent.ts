import { isIP } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { type AddressGuard, createGuardedLookup, type Resolve } from './address-guard.ts';

/** What a connection shows and trusts, PEM. */
export interface TlsMaterial {
  readonly cert?: string;
  readonly key?: string;
  /** Authorities; all that are trusted. */
  readonly ca?: readonly string[];
}

/**
 * A pool of connections that reach only addresses which the guard lets through. It is asked for each new connection, with
 * the address that the connection is then made to.
 *
 * HTTP/2 is off because its streams may be sent again by the client itself. The client's deadlines are off because one of
 * ours covers the whole exchange.
 */
export function createGuardedAgent(
  guard: AddressGuard,
  { tls = {}, resolve }: { tls?: TlsMaterial; resolve?: Resolve | undefined } = {},
): Agent {
  const { ca, ...pair } = tls;
  const connectChecked = buildConnector({
    ...pair,
    ...(ca !== undefined && { ca: [...ca] }),
    allowH2: false,
    lookup: createGuardedLookup(guard, resolve),
  });
  return new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: (options, callback) => {
      // An address is connected to without being looked up.
      const refusal = isIP(options.hostname) === 0 ? undefined : guard(options.hostname, options.hostname);
      if (refusal) callback(refusal, null);
      else connectChecked(options, callback);
    },
  });
}
