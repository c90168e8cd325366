import type { BailiwickError } from '../../errors.ts';
import { challenge } from '../challenge.ts';
import type { RequestFacts } from '../request-facts.ts';
import type { IdentitySettings } from '../settings.ts';
import { toMetadata, type ResourceMetadata } from './metadata.ts';

/** This server as OAuth sees it: one protected resource (RFC 9728), whichever of its endpoints is asked. */
export interface ProtectedResource {
  use(settings: IdentitySettings): void;
  /** Where callers find this server, without a slash at its end. */
  serveAt(baseUrl: string): void;
  /** Undefined where nothing is served over HTTP, or no authorization server gives tokens for this resource. */
  metadata(): ResourceMetadata | undefined;
  /** The `WWW-Authenticate` value for an `UNAUTHENTICATED` or `INSUFFICIENT_SCOPE` error. */
  challenge(error: BailiwickError, request: Pick<RequestFacts, 'target' | 'authorization'>): string;
}

export interface ProtectedResourceOptions {
  /** Scopes that the embedded authorization server can grant. */
  readonly serverScopes: () => readonly string[];
  /** Signature algorithms of DPoP proofs that are taken. */
  readonly dpopAlgorithms: readonly string[];
}

export function createProtectedResource(options: ProtectedResourceOptions): ProtectedResource {
  let settings: IdentitySettings | undefined;
  let baseUrl: string | undefined;

  const metadata = (): ResourceMetadata | undefined =>
    settings && baseUrl !== undefined
      ? toMetadata(settings, {
          baseUrl,
          serverScopes: options.serverScopes(),
          dpopAlgorithms: options.dpopAlgorithms,
        })
      : undefined;

  return {
    use(next) {
      settings = next;
    },
    serveAt(url) {
      baseUrl = url;
    },
    metadata,
    challenge(error, { target, authorization = '' }) {
      const document = metadata();
      const isDpop = /^dpop(\s|$)/i.test(authorization);
      // Who sends DPoP knows of it without being told, and has to be told what is wrong.
      const { dpopAlgorithms } = options;
      if (!document || !settings || baseUrl === undefined) {
        return challenge(error, isDpop ? { dpopAlgorithms, isDpop } : {});
      }
      const { firstScopes, scopes = [] } = settings.resource;
      const required = requiredScopesOf(error);
      return challenge(error, {
        resourceMetadata: metadataUrl(baseUrl, target),
        scopes: required ? toAskable(required, scopes) : firstScopes,
        dpopAlgorithms: isDpop ? dpopAlgorithms : document.dpop_signing_alg_values_supported,
        isDpop,
      });
    },
  };
}

/** An endpoint of this server; what else a request may be sent to has no metadata of its own. */
const ENDPOINT = /^\/mcp(?:\/[\w.~-]{1,64})?$/;

/** Where the metadata for an endpoint is (RFC 9728, section 3.1): the well-known path goes between host and path. */
function metadataUrl(baseUrl: string, target: string): string {
  const { origin, pathname } = new URL(baseUrl);
  const [path = ''] = target.split('?', 1);
  const endpoint = ENDPOINT.test(path) ? path : '/mcp';
  return `${origin}/.well-known/oauth-protected-resource${pathname.replace(/\/$/, '')}${endpoint}`;
}

interface RequiredScopes {
  /** Those that the caller lacks. */
  readonly missing: readonly string[];
  /** All that it has to ask for. */
  readonly all: readonly string[];
}

function requiredScopesOf({ data }: BailiwickError): RequiredScopes | undefined {
  const { missingScopes, requiredScopes } = data as {
    readonly missingScopes?: readonly string[];
    readonly requiredScopes?: readonly string[];
  };
  return missingScopes && { missing: missingScopes, all: requiredScopes ?? missingScopes };
}

/**
 * Scopes as a client has to ask for them. Authorization servers of some providers want the long form, `api://tools/tickets.read`, and
 * put the short one into the token. What a caller has and nobody can ask for, a role perhaps, is left out.
 *
 * @param supported those that can be asked for, where that is known
 */
function toAskable({ missing, all }: RequiredScopes, supported: readonly string[]): string[] {
  return all.flatMap((scope) => {
    const askable = supported.find((one) => one === scope || one.endsWith(`/${scope}`));
    return askable ?? (supported.length === 0 || missing.includes(scope) ? scope : []);
  });
}
