import type { NextFunction, Request, Response } from 'express';
import type { IncomingHttpHeaders } from 'node:http';
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

/** What is wrong with where a request says it goes and comes from; undefined where nothing is. */
export type HeaderCheck = (headers: IncomingHttpHeaders) => BailiwickError | undefined;

/**
 * Refuses requests that a web page made a browser send (DNS rebinding): the Host header must be a name of this server,
 * and an Origin header, where there is one, a configured origin or, on a loopback listener, a page of this machine.
 *
 * A listener beyond loopback with neither `publicUrl` nor `hosts` does not know its names and accepts any Host; nobody is
 * served there without a credential.
 */
export function createHeaderCheck(settings: GuardSettings): HeaderCheck {
  const local = isLoopback(settings.listenHost);
  const publicHost = settings.publicUrl === undefined ? [] : [new URL(settings.publicUrl).hostname];
  const names = new Set([...publicHost, ...settings.hosts]);
  // Our own pages have forms.
  const own = settings.publicUrl === undefined ? [] : [settings.publicUrl];
  const origins = new Set([...own, ...settings.origins].map((origin) => new URL(origin).origin));
  const anyHost = !local && names.size === 0;
  /** Clients say the same in every request, and a URL takes time to read. */
  let lastGood: string | undefined;

  const isOurs = (header: string | undefined): boolean => {
    if (header !== undefined && header === lastGood) return true;
    const host = hostnameOf(header);
    const isGood = anyHost || names.has(host) || (local && isLoopback(host));
    if (isGood) lastGood = header;
    return isGood;
  };

  return function checkHostAndOrigin({ host, origin }) {
    if (!isOurs(host)) {
      return new BailiwickError(
        'FORBIDDEN_HOST',
        `Host ${JSON.stringify(hostnameOf(host))} is not a name of this server (server.hosts)`,
      );
    }
    if (origin !== undefined && !origins.has(origin) && !(local && isLoopback(hostnameOfUrl(origin)))) {
      return new BailiwickError(
        'FORBIDDEN_HOST',
        `Origin ${JSON.stringify(origin)} may not call this server (server.origins)`,
      );
    }
    return undefined;
  };
}

export function createGuard(
  check: HeaderCheck,
): (request: Request, response: Response, next: NextFunction) => void {
  return function guardHostAndOrigin({ headers }, _response, next) {
    const error = check(headers);
    if (error) throw error;
    next();
  };
}

function hostnameOf(header: string | undefined): string {
  return hostnameOfUrl(`http://${header ?? ''}`);
}

function hostnameOfUrl(text: string): string {
  return URL.canParse(text) ? new URL(text).hostname : '';
}
