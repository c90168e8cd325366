import type { LoadedConfig } from '../config/load.ts';
import { isLoopbackRequest } from '../identity/local.ts';
import type { Principal } from '../identity/principal.ts';

/** Whether callers over HTTP may be the local principal. */
export interface LocalCallers {
  /** Undefined: nobody is. */
  readonly principal: Principal | undefined;
  /** For whoever starts the server: who needs no credential, or why everybody does. */
  readonly text: string;
}

/**
 * @param local the principal of the configuration
 * @param address the IP address that the listener is bound to
 */
export function describeLocalCallers(
  local: Principal | undefined,
  { server }: Pick<LoadedConfig['config'], 'server'>,
  address: string,
): LocalCallers {
  if (!local) return nobody('identity.local is false');
  const facts = { listenAddress: address, remoteAddress: '127.0.0.1', headers: {} };
  if (!isLoopbackRequest({ ...facts, publicUrl: undefined })) {
    return nobody(`the server listens on ${address}, beyond this machine`);
  }
  if (!isLoopbackRequest({ ...facts, publicUrl: server.publicUrl })) return nobody('server.publicUrl is set');
  return {
    principal: local,
    text: `The local principal is on: callers on this machine need no key, they are "local" (scopes: ${describeScopes(local)}).`,
  };
}

function nobody(why: string): LocalCallers {
  return {
    principal: undefined,
    text: `The local principal is off, so every caller needs a credential: ${why}.`,
  };
}

export function describeScopes({ scopes }: Principal): string {
  return scopes.join(', ') || 'none';
}
