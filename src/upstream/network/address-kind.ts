import { BlockList, isIP } from 'node:net';

/** What an address leads to. Only `public` is open to everybody; `reserved` is what no server should have. */
export type AddressKind = 'public' | 'loopback' | 'private' | 'link-local' | 'metadata' | 'reserved';

type Ranges = readonly (readonly [kind: Exclude<AddressKind, 'public'>, ranges: readonly string[]])[];

/** The IANA special-purpose registries (RFC 6890 and its updates), nearest meaning first. */
const RANGES: Ranges = [
  // The metadata services of clouds hand out credentials. Not all of them are link-local.
  [
    'metadata',
    ['169.254.169.254/32', '169.254.170.2/32', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::/32'],
  ],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10']],
  [
    'reserved',
    [
      '0.0.0.0/8',
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.88.99.0/24',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '224.0.0.0/4',
      '240.0.0.0/4',
      '::/128',
      '64:ff9b:1::/48',
      '100::/64',
      '2001::/23',
      '2001:db8::/32',
      '3fff::/20',
      '5f00::/16',
      'ff00::/8',
    ],
  ],
];

const LISTS = RANGES.map(([kind, ranges]) => ({ kind, list: toList(ranges) }));

/**
 * Where an IPv6 address carries an IPv4 address, by prefix length in bits and the byte at which the IPv4 address begins:
 * IPv4-compatible and IPv4-mapped (RFC 4291 §2.5.5), NAT64 (RFC 6052 §2.1), 6to4 (RFC 3056 §2).
 */
const EMBEDDINGS = [
  { prefix: '0:0:0:0:0:0', byte: 12 },
  { prefix: '0:0:0:0:0:ffff', byte: 12 },
  { prefix: '0:0:0:0:ffff:0', byte: 12 },
  { prefix: '64:ff9b:0:0:0:0', byte: 12 },
  { prefix: '2002', byte: 2 },
] as const;

/**
 * The kind of an IP address, in any notation that `node:net` takes; of one inside another, the inner one's. What is no
 * address is `reserved`.
 */
export function kindOfAddress(address: string): AddressKind {
  const [plain = ''] = address.split('%');
  const version = isIP(plain);
  if (version === 0) return 'reserved';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const kind = LISTS.find(({ list }) => list.check(plain, family))?.kind;
  if (kind !== undefined) return kind;
  const inner = family === 'ipv6' ? embeddedIn(plain) : undefined;
  return inner === undefined ? 'public' : kindOfAddress(inner);
}

function toList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    list.addSubnet(network, Number(bits), isIP(network) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function embeddedIn(address: string): string | undefined {
  const groups = groupsOf(address);
  const written = groups.map((group) => group.toString(16)).join(':');
  // ISATAP (RFC 5214 §6.1): the interface identifier says so, whatever the network is.
  const isIsatap = groups[5] === 0x5e_fe && (groups[4] === 0 || groups[4] === 0x02_00);
  const embedding = EMBEDDINGS.find(({ prefix }) => written.startsWith(`${prefix}:`));
  const byte = embedding?.byte ?? (isIsatap ? 12 : undefined);
  if (byte === undefined) return undefined;
  return groups
    .slice(byte / 2, byte / 2 + 2)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

/** The eight groups of an IPv6 address. The URL parser writes it with at most one `::` and no dots. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
