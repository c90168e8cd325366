import { lookup as lookUpInSystem, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressKind, kindOfAddress } from './address-kind.ts';

/** Which hosts of a network that is not public configuration opens. */
export interface AddressRules {
  /** Hosts as the URLs of the configuration write them. One that is an address, or `localhost`, may be reached. */
  readonly namedHosts: readonly string[];
  /** True: names, and URLs that documents write, may lead to loopback and private addresses. */
  readonly privateNetwork: boolean;
}

/** Says why a host must not be reached at an address; `undefined` where it may be. */
export type AddressGuard = (host: string, address: string) => AddressRefusedError | undefined;

/** A host resolves to, or is, an address that configuration does not open. */
export class AddressRefusedError extends Error {
  override name = 'AddressRefusedError';
  readonly kind: Exclude<AddressKind, 'public'>;
  /** Host as it was asked for. */
  readonly host: string;

  constructor(host: string, address: string, kind: Exclude<AddressKind, 'public'>) {
    super(`${host} leads to ${address}, which is ${kind}`);
    this.kind = kind;
    this.host = host;
  }

  /** True where `privateNetwork: true` would open it. */
  get canBeOpened(): boolean {
    return isInside(this.kind);
  }
}

/**
 * The rule that keeps a document, a redirect or a name server from choosing a target inside the operator's network. A
 * public address may always be reached. An address that configuration names itself may be reached under this very host,
 * `localhost` on loopback addresses. Everything else needs `privateNetwork`, which opens loopback and private addresses
 * and never link-local ones, metadata services and reserved ranges.
 */
export function createAddressGuard({ namedHosts, privateNetwork }: AddressRules): AddressGuard {
  const named = new Set(namedHosts.map(toPlainHost));
  return (host, address) => {
    const kind = kindOfAddress(address);
    if (kind === 'public' || (privateNetwork && isInside(kind))) return undefined;
    const plain = toPlainHost(host);
    const isNamed = named.has(plain) && (isIP(plain) !== 0 || (isLocalName(plain) && kind === 'loopback'));
    return isNamed ? undefined : new AddressRefusedError(host, address, kind);
  };
}

/** How names are resolved; `dns.lookup`, where a test does not stand in for it. */
export type Resolve = (
  host: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * `lookup` of a connection, which fails where any address of a name is refused: a name with a public and a private address
 * has no honest use. The connection is made to the very addresses that were checked, so that a second answer of a name
 * server changes nothing.
 */
export function createGuardedLookup(guard: AddressGuard, resolve: Resolve = resolveInSystem): LookupFunction {
  return (host, options, callback) => {
    resolve(host, options, (error, addresses) => {
      const [first] = addresses ?? [];
      const refusal = error ?? findRefusal(guard, host, addresses);
      if (refusal || first === undefined) callback(refusal ?? notFound(host), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function findRefusal(
  guard: AddressGuard,
  host: string,
  addresses: readonly LookupAddress[],
): AddressRefusedError | undefined {
  for (const { address } of addresses) {
    const refusal = guard(host, address);
    if (refusal) return refusal;
  }
  return undefined;
}

function resolveInSystem(...[host, options, callback]: Parameters<Resolve>): void {
  lookUpInSystem(host, { ...options, all: true }, callback);
}

function notFound(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
}

function isInside(kind: AddressKind): boolean {
  return kind === 'loopback' || kind === 'private';
}

/** RFC 6761 §6.3. */
function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** Without brackets, zone and root dot, in lower case. */
function toPlainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/\.$/, '');
}
