import { isDeepStrictEqual } from 'node:util';
import type { Sealer } from '../state/sealed.ts';
import type { Store } from '../state/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { checkOverage } from './claims/overage/check-overage.ts';
import { createGroupLookup } from './claims/overage/group-lookup.ts';
import { DPOP_ALGORITHMS } from './dpop/algorithms.ts';
import { createBindingCheck } from './dpop/check-binding.ts';
import { createIdentity, type Identity } from './identity.ts';
import { createIntrospectionVerifier } from './introspection/introspection-verifier.ts';
import { createIssuerVerifier, type IssuerState } from './issuers/issuer-verifier.ts';
import { createVirtualKeyVerifier, type VirtualKeys } from './keys/virtual-keys.ts';
import { localPrincipal } from './local.ts';
import type { Principal } from './principal.ts';
import type { NoteAuthorization } from './server/events.ts';
import {
  createAuthorizationServer,
  type AuthorizationServer,
  type FetchDocument,
} from './server/authorization-server.ts';
import { createKeyCheck } from './server/key-check.ts';
import { resourceAt } from './resource/metadata.ts';
import { createProtectedResource } from './resource/protected-resource.ts';
import { followRevocations } from './revocations/follow-revocations.ts';
import { IdentitySettings } from './settings.ts';
import { createStaticKeyVerifier, toStaticKeys } from './static-keys.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** What identity needs of the world. */
export interface IdentityWorld {
  readonly store: Store;
  /** Values of the store that are encrypted at rest. */
  readonly sealed: Pick<Store, 'get' | 'put' | 'take'>;
  /** Seals what clients are given to bring back within minutes, at any replica. */
  readonly sealer: Pick<Sealer, 'seal' | 'open'>;
  /** Where callers find this server, where configuration says so. */
  readonly publicUrl: () => string | undefined;
  readonly logger: Logger;
  readonly now: () => number;
  /** Fetches the document that a client of the authorization server is described by. Absent: there are no such clients. */
  readonly fetchDocument?: FetchDocument;
  /** Hears what is to be recorded of the authorization server. */
  readonly noteAuthorization?: NoteAuthorization;
}

/** Identity with its parts, for the one who wires. */
export interface OpenIdentity extends Identity {
  /** Puts other settings in force, that {@link checkIdentity} let pass. */
  use(settings: IdentitySettings): void;
  /**
   * Where callers find this server: `https://tools.example.com`, without a slash at its end. Called once by a face that serves HTTP,
   * before its first request.
   */
  serveAt(baseUrl: string): void;
  /** The principal of callers without a credential, where configuration has one. */
  local(): Principal | undefined;
  /** What limits the virtual key alone that a principal has shown. @throws BailiwickError `IDENTITY_UNAVAILABLE` */
  readonly keyLimitsOf: VirtualKeys['limitsOf'];
  /** The authorization server that this server is, for a face that serves it. */
  readonly authorizationServer: AuthorizationServer;
  /** Asks each issuer for its keys, and says what came of it. */
  issuers(): Promise<IssuerState[]>;
  close(): Promise<void>;
}

/** Finds what is wrong with settings before they are put in force. @throws BailiwickError `CONFIGURATION` */
export function checkIdentity(settings: IdentitySettings): void {
  toStaticKeys(settings);
  checkOverage(settings.issuers);
}

/** The only place where the parts of identity meet. */
export function openIdentity(world: IdentityWorld): OpenIdentity {
  const { store, logger, now, publicUrl } = world;
  let local: Principal | undefined;
  let settings = IdentitySettings.parse({});
  const revocations = followRevocations({
    ...world,
    maxStaleMs: () => settings.revocations.maxStaleSeconds * 1000,
  });
  let baseUrl: string | undefined;
  const onLoss = (): void => identity.lose();
  const groups = createGroupLookup();
  const issuers = createIssuerVerifier({
    groups,
    resource: () => toResource(baseUrl ?? publicUrl()),
    logger,
    now,
    onLoss,
  });
  const introspection = createIntrospectionVerifier({
    groups,
    resource: () => toResource(baseUrl ?? publicUrl()),
    now,
    onLoss,
  });
  const virtualKeys = createVirtualKeyVerifier({ store, logger, now, onLoss });
  const keyVerifiers: readonly TokenVerifier[] = [createStaticKeyVerifier(), virtualKeys];
  const authorization = createAuthorizationServer({
    ...world,
    groups,
    fetchDocument: world.fetchDocument,
    note: (event) => world.noteAuthorization?.(event),
    keys: createKeyCheck(keyVerifiers, revocations, now),
    isRevoked: (proof) => revocations.isRevoked(proof),
    onLoss,
  });
  const verifiers: readonly TokenVerifier[] = [
    ...keyVerifiers,
    authorization.verifier,
    issuers,
    introspection,
  ];
  const resource = createProtectedResource({
    serverScopes: authorization.scopes,
    dpopAlgorithms: DPOP_ALGORITHMS,
  });
  const binding = createBindingCheck({
    ...world,
    settings: () => settings,
    baseUrl: () => baseUrl ?? publicUrl(),
  });
  const identity = createIdentity({
    verifiers,
    revocations,
    binding,
    local: () => local,
    publicUrl,
    resource,
    now,
  });
  return {
    ...identity,
    local: () => local,
    keyLimitsOf: virtualKeys.limitsOf,
    authorizationServer: authorization.server,
    issuers: issuers.look,
    use(given) {
      settings = given;
      const next = settings.local === false ? undefined : localPrincipal(settings.local);
      // The same object as long as it is the same principal: what was proven with it goes on.
      if (!isDeepStrictEqual(local, next)) local = next;
      for (const verifier of verifiers) verifier.use(settings);
      authorization.use(settings);
      resource.use(settings);
      identity.lose();
    },
    serveAt(url) {
      baseUrl = toBase(url);
      resource.serveAt(baseUrl);
      authorization.serveAt(baseUrl);
      // Read before the first credential is shown; what fails is told to whoever shows one.
      revocations.ready()?.catch(() => undefined);
      issuers.serve();
    },
    async close() {
      await Promise.all([
        revocations.close(),
        groups.close(),
        ...verifiers.map((verifier) => verifier.close()),
      ]);
    },
  };
}

/** The one resource that stands for all paths of this server (RFC 8707, RFC 9728). */
function toResource(url: string | undefined): string | undefined {
  return url === undefined ? undefined : resourceAt(toBase(url));
}

/** As every client writes it, whatever configuration does: the host in lower case, no default port, no slash at the end. */
function toBase(url: string): string {
  return new URL(url).href.replace(/\/$/, '');
}
