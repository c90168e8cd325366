import { toAuthFault } from './auth-faults.ts';
import type { AuthFetch } from './auth-fetch.ts';
import { readChallenge, type ChallengeFacts } from './challenge.ts';
import { discover, type Protection } from './discover.ts';
import { orAborted } from '../../network/or-aborted.ts';

/** What is known of a server's protection: learnt from its challenges, read from its metadata, kept for a while. */
export interface GuardedServer {
  readonly source: string;
  readonly url: string;
  /** @throws BailiwickError where it cannot be found out. */
  protection(signal: AbortSignal): Promise<Protection>;
  /** What the server last asked for. */
  challenge(): ChallengeFacts;
  /** Takes note of a challenge. Metadata is read anew afterwards: the server may have moved to another authorization server. */
  learn(header: string | undefined): ChallengeFacts;
}

export interface GuardedServerOptions {
  readonly source: string;
  readonly url: string;
  readonly issuer?: string | undefined;
  readonly http: AuthFetch;
  readonly now: () => number;
}

/** How long metadata is good for, in milliseconds. */
const KEPT_MS = 3_600_000;

/** A request that needs a credential wherever any does, and changes nothing (MCP 2026-07-28, server/discover). */
const PROBE = {
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'server/discover',
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 'bailiwick-probe',
    method: 'server/discover',
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'bailiwick', version: '1' },
      },
    },
  }),
};

export function createGuardedServer(options: GuardedServerOptions): GuardedServer {
  const { source, url, issuer, http, now } = options;
  let facts: ChallengeFacts | undefined;
  let known: { readonly promise: Promise<Protection>; readonly until: number } | undefined;

  async function probe(): Promise<ChallengeFacts> {
    try {
      const response = await http.fetch(url, PROBE);
      return response.status === 401 ? readChallenge(response.headers.get('www-authenticate')) : {};
    } catch {
      // A stream that does not end, or no answer: the well-known places are asked all the same.
      return {};
    }
  }

  async function find(): Promise<Protection> {
    facts ??= await probe();
    const { resourceMetadataUrl } = facts;
    try {
      return await discover({ source, url, issuer, resourceMetadataUrl, fetch: http.fetch });
    } catch (error) {
      throw toAuthFault(error, source, 'finding its authorization server');
    }
  }

  return {
    source,
    url,
    challenge: () => facts ?? {},
    async protection(signal) {
      if (known === undefined || now() >= known.until) {
        const own = { promise: find(), until: now() + KEPT_MS };
        known = own;
        // What failed is asked again by the next one who needs it.
        own.promise.catch(() => {
          if (known === own) known = undefined;
        });
      }
      return orAborted(known.promise, signal);
    },
    learn(header) {
      const learnt = readChallenge(header);
      const { resourceMetadataUrl = facts?.resourceMetadataUrl, scope = facts?.scope } = learnt;
      facts = {
        ...(resourceMetadataUrl !== undefined && { resourceMetadataUrl }),
        ...(scope !== undefined && { scope }),
      };
      known = undefined;
      return learnt;
    },
  };
}
