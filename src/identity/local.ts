import { BlockList, isIP } from 'node:net';
import { toPrincipal } from './configured-principal.ts';
import type { PrincipalSettings } from './principal-settings.ts';
import type { Principal } from './principal.ts';

/** The principal of whoever sits at this machine: stdio, and HTTP that provably does not come from elsewhere. */
export function localPrincipal(settings: PrincipalSettings): Principal {
  return toPrincipal('local', 'local', settings);
}

/**
 * Headers that a proxy, a tunnel or a content network adds. Any of them, even empty, says that the request may come from
 * another machine although its connection comes from this one. Beside these, every header that starts with
 * {@link FORWARDING_PREFIX} counts.
 *
 * A tunnel that adds no header (`ssh -R`, `kubectl port-forward`) cannot be told from a local client; where one is used,
 * set `identity.local: false`.
 */
export const FORWARDING_HEADERS: readonly string[] = [
  'forwarded', // RFC 7239
  'via', // RFC 9110, section 7.6.3
  'cdn-loop', // RFC 8586
  'x-real-ip',
  'x-client-ip',
  'client-ip',
  'true-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-original-host',
  'x-proxyuser-ip',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'cf-ray',
  'fastly-client-ip',
  'fly-client-ip',
  'do-connecting-ip',
  'x-envoy-external-address',
  'x-envoy-internal',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-appengine-user-ip',
  'x-vercel-forwarded-for',
  'x-nf-client-connection-ip',
  'x-amzn-trace-id',
  'x-amz-cf-id',
  'tailscale-user-login',
];

/** `X-Forwarded`, `X-Forwarded-For`, `X-Forwarded-Host`, and whatever else of that family. */
export const FORWARDING_PREFIX = 'x-forwarded';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** What is known about an HTTP request before anybody is authenticated. */
export interface ConnectionFacts {
  /** Address the listener is bound to, as `server.address().address` gives it: an IP address, never a name. */
  readonly listenAddress: string | undefined;
  readonly publicUrl: string | undefined;
  /** Request headers; names in any case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The peer's IP address, as `socket.remoteAddress` gives it. */
  readonly remoteAddress: string | undefined;
}

/**
 * True where a request without a credential may be taken for the local principal's: the listener and the peer are
 * loopback, no public URL is configured and nothing says that the request was forwarded. In doubt, false.
 */
export function isLoopbackRequest(facts: ConnectionFacts): boolean {
  return (
    facts.publicUrl === undefined &&
    isLoopbackAddress(facts.listenAddress) &&
    isLoopbackAddress(facts.remoteAddress) &&
    !Object.entries(facts.headers).some(
      ([name, value]) => value !== undefined && isForwardingHeader(name.toLowerCase()),
    )
  );
}

function isForwardingHeader(name: string): boolean {
  return name.startsWith(FORWARDING_PREFIX) || FORWARDING_HEADERS.includes(name);
}

/** 127.0.0.0/8, ::1, and the former mapped into IPv6. Names are not resolved: `localhost` is false. */
function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return false;
  return LOOPBACK.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
