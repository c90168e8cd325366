import { createServer, request, type Server } from 'node:http';
import { describe, expect, test } from 'vitest';
import {
  FORWARDING_HEADERS,
  FORWARDING_PREFIX,
  isLoopbackRequest,
  localPrincipal,
  type ConnectionFacts,
} from '../../src/identity/local.ts';
import { AGENT } from './fixtures.ts';

const AT_HOME: ConnectionFacts = {
  listenAddress: '127.0.0.1',
  publicUrl: undefined,
  headers: { host: '127.0.0.1:8808', 'user-agent': 'curl/8', accept: '*/*' },
  remoteAddress: '127.0.0.1',
};

function addressOf(server: Server): { address: string; port: number } {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server is not listening');
  return address;
}

describe('the local principal', () => {
  test('is vouched for by this machine and has the configured settings', () => {
    expect(localPrincipal(AGENT)).toEqual({ issuer: 'local', subject: 'local', ...AGENT });
  });

  test('leaves out what is not configured', () => {
    expect(Object.keys(localPrincipal({ scopes: [], groups: [], team: undefined, claims: {} }))).toEqual([
      'issuer',
      'subject',
      'scopes',
      'groups',
      'claims',
    ]);
  });
});

describe('a request is taken for local', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '127.8.9.10'],
    ['::1', '::1'],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1'],
  ])('from listener %s and peer %s', (listenAddress, remoteAddress) => {
    expect(isLoopbackRequest({ ...AT_HOME, listenAddress, remoteAddress })).toBe(true);
  });

  test('when it really comes over the loopback interface', async () => {
    const answers: boolean[] = [];
    const server = createServer((incoming, outgoing) => {
      answers.push(
        isLoopbackRequest({
          listenAddress: addressOf(server).address,
          publicUrl: undefined,
          headers: incoming.headers,
          remoteAddress: incoming.socket.remoteAddress,
        }),
      );
      outgoing.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = addressOf(server);
    const get = (headers: Record<string, string>) =>
      new Promise<void>((resolve, reject) => {
        const outgoing = request({ host: '127.0.0.1', port, headers }, (incoming) => {
          incoming.resume().on('end', resolve);
        });
        outgoing.on('error', reject).end();
      });
    await get({});
    await get({ 'X-Forwarded-For': '127.0.0.1' });
    server.close();
    expect(answers).toEqual([true, false]);
  });
});

describe('a request is not taken for local', () => {
  test.each([
    '0.0.0.0',
    '::',
    '192.168.1.4',
    '10.0.0.1',
    '128.0.0.1',
    '::2',
    'fe80::1%lo',
    'localhost',
    '',
    undefined,
  ])('when the listener is bound to %s', (listenAddress) => {
    expect(isLoopbackRequest({ ...AT_HOME, listenAddress })).toBe(false);
  });

  test.each([
    '192.168.1.4',
    '::ffff:10.0.0.1',
    '126.255.255.255',
    '::1%eth0',
    '127.1',
    '0x7f.0.0.1',
    undefined,
  ])('when the peer is %s', (remoteAddress) => {
    expect(isLoopbackRequest({ ...AT_HOME, remoteAddress })).toBe(false);
  });

  test('when a public URL is configured, for then something forwards to it', () => {
    expect(isLoopbackRequest({ ...AT_HOME, publicUrl: 'https://gw.example' })).toBe(false);
  });

  test.each([
    ...FORWARDING_HEADERS,
    'x-forwarded',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-anything',
  ])('when it carries %s, in any case and even empty', (name) => {
    const upper = name.toUpperCase();
    expect(isLoopbackRequest({ ...AT_HOME, headers: { ...AT_HOME.headers, [name]: '127.0.0.1' } })).toBe(
      false,
    );
    expect(isLoopbackRequest({ ...AT_HOME, headers: { [upper]: '' } })).toBe(false);
    expect(isLoopbackRequest({ ...AT_HOME, headers: { [name]: ['127.0.0.1', '::1'] } })).toBe(false);
  });
});

test('the list of forwarding headers is closed: a change to it is a change to this test', () => {
  expect(FORWARDING_PREFIX).toBe('x-forwarded');
  expect(FORWARDING_HEADERS.toSorted().join(' ')).toBe(
    'cdn-loop cf-connecting-ip cf-connecting-ipv6 cf-ray client-ip do-connecting-ip fastly-client-ip fly-client-ip ' +
      'forwarded tailscale-user-login true-client-ip via x-amz-cf-id x-amzn-trace-id x-appengine-user-ip ' +
      'x-azure-clientip x-azure-socketip x-client-ip x-cluster-client-ip x-envoy-external-address x-envoy-internal ' +
      'x-nf-client-connection-ip x-original-forwarded-for x-original-host x-proxyuser-ip x-real-ip ' +
      'x-vercel-forwarded-for',
  );
});
