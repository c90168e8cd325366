import type { FetchLike } from '@modelcontextprotocol/client';
import { lookup } from 'node:dns/promises';
import {
  Agent,
  fetch,
  type Dispatcher,
  type RequestInit as UndiciRequestInit,
  type Response as UndiciResponse,
} from 'undici';
import { createAddressGuard, type Resolve } from '../../network/address-guard.ts';
import { kindOfAddress } from '../../network/address-kind.ts';
import { createGuardedAgent } from '../../network/guarded-agent.ts';
import { isOnThisMachine, isProtected } from './settings.ts';

/** Longer than any metadata document, and than any answer with a token. */
const MAX_ANSWER_BYTES = 262_144;

/** For one exchange, from connecting to the last byte. */
const TIMEOUT_MS = 15_000;

export interface AuthFetchOptions {
  /** The upstream's own URL. */
  readonly url: string;
  /** Further URLs that the configuration names. */
  readonly named: readonly string[];
  /** Stands in for the system's resolver, in tests. */
  readonly resolve?: Resolve | undefined;
  readonly timeoutMs?: number;
}

/** What an authorization server answered cannot be used: too long, or at a place where nothing is asked. */
export class AuthExchangeError extends Error {
  override name = 'AuthExchangeError';
}

export interface AuthFetch {
  readonly fetch: FetchLike;
  close(): Promise<void>;
}

/**
 * Requests to authorization servers and for their metadata: over https, bounded in time and size, no redirect is followed. A URL
 * that comes out of a document leads into a private network only where the upstream itself is in one, and without TLS to this
 * machine only where the upstream's own URL says that it is there: what its name resolves to is for its owner to say, who
 * cannot have a certificate for what is reached over TLS. One that the configuration names leads anywhere.
 */
export function createAuthFetch(options: AuthFetchOptions): AuthFetch {
  const { url, named, resolve, timeoutMs = TIMEOUT_MS } = options;
  const configured = new Set([url, ...named].map((text) => new URL(text).host));
  const isHere = isOnThisMachine(new URL(url));
  const open = new Agent();
  const guardedAgent = (privateNetwork: boolean): Agent =>
    createGuardedAgent(createAddressGuard({ namedHosts: [], privateNetwork }), { resolve });
  const [outside, inside] = [guardedAgent(false), guardedAgent(true)];
  let isPrivate: boolean | undefined;

  async function dispatcherTo(to: URL): Promise<Dispatcher> {
    if (configured.has(to.host)) return open;
    if (to.protocol !== 'https:' && !isHere)
      throw new AuthExchangeError(`${to.host} is on this machine, which ${new URL(url).host} is not`);
    // A name that does not resolve now may do so later.
    isPrivate ??= await isPrivateHost(new URL(url).hostname);
    return isPrivate === true ? inside : outside;
  }

  return {
    async fetch(target, init) {
      const to = new URL(target);
      if (!isProtected(to)) throw new AuthExchangeError(`${to.protocol}//${to.host} is not https`);
      const dispatcher = await dispatcherTo(to);
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
      const request = { ...init, redirect: 'manual', dispatcher, signal } as UndiciRequestInit;
      return readAll(await fetch(to, request));
    },
    async close() {
      await Promise.all([open, outside, inside].map((agent) => agent.destroy()));
    },
  };
}

async function readAll(response: UndiciResponse): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) break;
    bytes += chunk.value.length;
    if (bytes > MAX_ANSWER_BYTES) {
      await reader?.cancel();
      throw new AuthExchangeError(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk.value);
  }
  const { status, headers } = response;
  const isEmpty = status < 200 || status === 204 || status === 205 || status === 304;
  return new Response(isEmpty ? null : Buffer.concat(chunks), {
    status: Math.max(status, 200),
    headers: [...headers],
  });
}

/** A name counts by what it resolves to. `undefined` for one that does not resolve: nothing opens for it. */
async function isPrivateHost(hostname: string): Promise<boolean | undefined> {
  const host = hostname.replace(/^\[|\]$/g, '');
  try {
    const addresses = await lookup(host, { all: true });
    return addresses.every(({ address }) => ['loopback', 'private'].includes(kindOfAddress(address)));
  } catch {
    return undefined;
  }
}
