import type { LookupAddress } from 'node:dns';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createAddressGuard,
  createGuardedLookup,
  type Resolve,
} from '../../src/upstream/network/address-guard.ts';
import { kindOfAddress } from '../../src/upstream/network/address-kind.ts';
import { binding, context, createOpened, faultOf, tool } from './fixtures.ts';

const opened = createOpened();
afterEach(() => opened.closeAll());

const KINDS = {
  public: [
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
  ],
  loopback: [
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2606:4700::5efe:127.0.0.1',
  ],
  private: [
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '100.127.255.255',
    'fc00::1',
    'fd12:3456:789a::1',
    'FD00::1',
    'fec0::1',
    '::ffff:10.0.0.1',
    '::ffff:192.168.1.1',
    '64:ff9b::10.0.0.1',
    '2002:a00:1::1',
    '2002:c0a8:101::',
  ],
  'link-local': [
    '169.254.0.1',
    '169.254.255.255',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    '::ffff:169.254.1.1',
  ],
  metadata: [
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '192.0.0.192',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::',
  ],
  reserved: [
    '0.0.0.0',
    '0.1.2.3',
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '64:ff9b:1::1',
    '100::1',
    '::ffff:0.0.0.0',
    '::ffff:255.255.255.255',
    'no address',
    '',
    '127.1',
  ],
} as const;

const NOTHING = { namedHosts: [], privateNetwork: false };

describe('the kind of an address', () => {
  for (const [kind, addresses] of Object.entries(KINDS)) {
    test.for(addresses)(`%s is ${kind}`, (address) => {
      expect(kindOfAddress(address)).toBe(kind);
    });
  }
});

describe('what may be reached', () => {
  test('without a word in the configuration, public addresses alone', () => {
    const guard = createAddressGuard(NOTHING);
    for (const [kind, addresses] of Object.entries(KINDS)) {
      for (const address of addresses) {
        expect(guard('api.test', address) === undefined, address).toBe(kind === 'public');
      }
    }
  });

  test('with a private network, loopback and private addresses too, and nothing that is closer than those', () => {
    const guard = createAddressGuard({ ...NOTHING, privateNetwork: true });
    for (const [kind, addresses] of Object.entries(KINDS)) {
      const isOpen = ['public', 'loopback', 'private'].includes(kind);
      for (const address of addresses) {
        expect(guard('api.test', address) === undefined, address).toBe(isOpen);
      }
    }
  });

  test.for([
    ['10.0.0.7', '10.0.0.7', '10.0.0.7', true],
    ['10.0.0.7', '10.0.0.8', '10.0.0.8', false],
    ['10.0.0.7', 'api.test', '10.0.0.7', false],
    ['[::1]', '::1', '::1', true],
    ['[FD00::7]', 'fd00::7', 'fd00::7', true],
    ['169.254.169.254', '169.254.169.254', '169.254.169.254', true],
    ['localhost', 'localhost', '127.0.0.1', true],
    ['localhost', 'localhost', '::1', true],
    ['localhost.', 'localhost', '127.0.0.1', true],
    ['localhost', 'localhost', '10.0.0.1', false],
    ['api.localhost', 'api.localhost', '127.0.0.1', true],
    ['localhost', 'localhost.evil.test', '127.0.0.1', false],
    ['api.test', 'api.test', '127.0.0.1', false],
  ] as const)('%s in the configuration, %s at %s: %s', ([named, host, address, isOpen]) => {
    const guard = createAddressGuard({ namedHosts: [named], privateNetwork: false });
    expect(guard(host, address) === undefined).toBe(isOpen);
  });
});

/** A name server that gives another answer each time, the last one from then on. */
function answers(...turns: (readonly string[])[]): Resolve & { asked: string[] } {
  const asked: string[] = [];
  const resolve: Resolve = (host, _options, callback) => {
    const addresses = turns[Math.min(asked.length, turns.length - 1)] ?? [];
    asked.push(host);
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return Object.assign(resolve, { asked });
}

/** What a connection's lookup is told, as the arguments of its callback. */
async function look(all: boolean, ...addresses: string[]): Promise<unknown[]> {
  const lookup = createGuardedLookup(createAddressGuard(NOTHING), answers(addresses));
  const { promise, resolve } = Promise.withResolvers<unknown[]>();
  lookup('api.test', { all }, (...result) => resolve(result));
  return promise;
}

describe('a name is looked up', () => {
  test('as one address or as all of them, as the connection asks', async () => {
    expect(await look(false, '8.8.8.8', '1.1.1.1')).toEqual([null, '8.8.8.8', 4]);
    expect(await look(true, '8.8.8.8')).toEqual([null, [{ address: '8.8.8.8', family: 4 }]]);
  });

  test('and refused where any of its addresses is', async () => {
    for (const all of [true, false]) {
      expect((await look(all, '8.8.8.8', '10.0.0.1'))[0]).toMatchObject({ kind: 'private' });
    }
  });

  test('and not found where it has none', async () => {
    expect((await look(true))[0]).toMatchObject({ code: 'ENOTFOUND' });
  });
});

describe('a source', () => {
  const INSIDE = ['127.0.0.1'];

  test('reaches the loopback address that its URL writes, and a name there only when the private network is open', async () => {
    let calls = 0;
    const server = await opened.server((_request, response) => {
      calls++;
      response.end('{}');
    });
    const named = `http://api.test:${server.port}`;
    const open = [
      { url: server.url },
      { url: `http://localhost:${server.port}`, resolve: answers(INSIDE) },
      { url: named, resolve: answers(INSIDE), privateNetwork: true },
    ];
    for (const options of open) await opened.source(options).callTool(tool(binding()), {}, context());
    expect(calls).toBe(3);

    const source = opened.source({ url: named, resolve: answers(INSIDE) });
    const fault = await faultOf(() => source.callTool(tool(binding()), {}, context()));
    expect(fault.code).toBe('CONFIGURATION');
    expect(fault.message).toContain('api.test');
    expect(fault.message).toContain('sources.helpdesk.privateNetwork: true');
    expect(fault.message).not.toContain('127.0.0.1');
    expect(calls).toBe(3);
  });

  test('reaches nothing inside because its document says so, whatever the notation', async () => {
    let calls = 0;
    const server = await opened.server((_request, response) => {
      calls++;
      response.end('{}');
    });
    const source = opened.source({ resolve: answers(INSIDE) });
    const hosts = [
      '127.0.0.1',
      'localhost',
      '0x7f.1',
      '2130706433',
      '[::ffff:127.0.0.1]',
      '[::1]',
      'api.test',
    ];
    for (const host of hosts) {
      const called = tool(binding({ server: `http://${host}:${server.port}` }));
      const fault = await faultOf(() => source.callTool(called, {}, context()));
      expect(fault.code, host).toBe('CONFIGURATION');
      expect(fault.message).toContain('privateNetwork: true');
      expect(fault.message).not.toContain(String(server.port));
    }
    const metadata = tool(binding({ server: 'http://169.254.169.254/latest' }));
    const fault = await faultOf(() =>
      opened.source({ privateNetwork: true }).callTool(metadata, {}, context()),
    );
    expect(fault).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('metadata') });
    expect(calls).toBe(0);
  });

  test('is asked again at each connection: a name that moves inside is refused then', async () => {
    let calls = 0;
    const server = await opened.server((_request, response) => {
      calls++;
      response.setHeader('connection', 'close');
      response.end('{}');
    });
    // What the check saw is what is connected to: the name is resolved once for both.
    const resolve = answers(['127.0.0.1'], ['169.254.169.254']);
    const source = opened.source({ url: `http://api.test:${server.port}`, resolve, privateNetwork: true });
    await source.callTool(tool(binding()), {}, context());
    expect(resolve.asked).toEqual(['api.test']);
    const fault = await faultOf(() => source.callTool(tool(binding()), {}, context()));
    expect(fault.message).toContain('metadata');
    expect(calls).toBe(1);
  });
});
