import type { NextFunction, Request, Response } from 'express';
import { BailiwickError } from '../errors.ts';

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** True for an address or name that only this machine can reach. */
function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

export interface GuardSettings {
  /** The host that the listener is bound to. */
  readonly listenHost: string;
  readonly publicUrl?: string | undefined;
  /** Further names that this server answers to. */
  readonly hosts: readonly string[];
  /** Origins (`https://app.example`) whose pages may call. */
  readonly origins: readonly string[];
}

/**
 * Refuses requests that a web page made a browser send (DNS rebinding): the Host header must be a name of this server,
 * and an Origin header, where there is one, a configured origin or, on a loopback listener, a page of this machine.
 *
 * A listener beyond loopback with neither `publicUrl` nor `hosts` does not know its names and accepts any Host; nobody is
 * served there without a credential.
 */
export function createGuard(
  settings: GuardSettings,
): (request: Request, response: Response, next: NextFunction) => void {
  const local = isLoopback(settings.listenHost);
  const publicHost = settings.publicUrl === undefined ? [] : [new URL(settings.publicUrl).hostname];
  const names = new Set([...publicHost, ...settings.hosts]);
  const origins = new Set(settings.origins.map((origin) => new URL(origin).origin));
  const anyHost = !local && names.size === 0;

  return function guardHostAndOrigin(request, _response, next) {
    const host = hostnameOf(request.headers.host);
    if (!anyHost && !names.has(host) && !(local && isLoopback(host))) {
      throw new BailiwickError(
        'FORBIDDEN_HOST',
        `Host ${JSON.stringify(host)} is not a name of this server (server.hosts)`,
      );
    }
    const origin = request.headers.origin;
    if (origin !== undefined && !origins.has(origin) && !(local && isLoopback(hostnameOfUrl(origin)))) {
      throw new BailiwickError(
        'FORBIDDEN_HOST',
        `Origin ${JSON.stringify(origin)} may not call this server (server.origins)`,
      );
    }
    next();
  };
}

function hostnameOf(header: string | undefined): string {
  return hostnameOfUrl(`http://${header ?? ''}`);
}

function hostnameOfUrl(text: string): string {
  return URL.canParse(text) ? new URL(text).hostname : '';
}
