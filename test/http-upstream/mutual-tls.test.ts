import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { afterEach, expect, test } from 'vitest';
import type { SecurityScheme } from '../../src/catalog/binding.ts';
import { binding, context, contributionOf, createOpened, faultOf, tool } from './fixtures.ts';

const opened = createOpened();
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await opened.closeAll();
  await Promise.all(closers.splice(0).map((close) => close()));
});

const MUTUAL: SecurityScheme = { name: 'certificate', type: 'mutualTLS' };
const CALLED = tool(binding({ security: [[MUTUAL]] }));

function certify(commonName: string) {
  return generate([{ name: 'commonName', value: commonName }], {
    algorithm: 'sha256',
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
}

const server = certify('127.0.0.1');
const client = certify('bailiwick');

/** An HTTPS server that talks to holders of the client's certificate alone, and says whom it saw. */
async function serveMutual(): Promise<string> {
  const https = createServer(
    {
      cert: server.cert,
      key: server.private,
      ca: [client.cert],
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify((request.socket as TLSSocket).getPeerCertificate().subject));
    },
  );
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  closers.push(async () => {
    https.closeAllConnections();
    https.close();
    await once(https, 'close');
  });
  return `https://127.0.0.1:${(https.address() as AddressInfo).port}`;
}

test('a source shows its client certificate and trusts the configured authority', async () => {
  const url = await serveMutual();
  const source = opened.source({
    url,
    contribution: () => contributionOf(CALLED),
    credentials: { certificate: { certificate: client.cert, key: client.private, ca: server.cert } },
  });
  const { result } = await source.callTool(CALLED, {}, context());
  expect(result['structuredContent']).toEqual({ CN: 'bailiwick' });
});

test('without the authority the server is not trusted; without the certificate it does not answer', async () => {
  const url = await serveMutual();
  const certificate = { certificate: client.cert, key: client.private };
  const stranger = opened.source({
    url,
    contribution: () => contributionOf(CALLED),
    credentials: { certificate },
  });
  expect((await faultOf(() => stranger.callTool(CALLED, {}, context()))).message).toMatch(/certificate/);
  const bare = opened.source({ url, ca: server.cert, contribution: () => contributionOf(CALLED) });
  expect((await faultOf(() => bare.callTool(CALLED, {}, context()))).code).toBe('UPSTREAM_UNAVAILABLE');
});

test.for([
  ['a key of another certificate', { certificate: client.cert, key: server.private }, 'https://api.test'],
  ['no PEM', { certificate: 'certificate', key: 'canary-key' }, 'https://api.test'],
  ['a URL without TLS', { certificate: client.cert, key: client.private }, 'http://api.test'],
] as const)('%s is an error of the configuration', async ([, certificate, url]) => {
  const fault = await faultOf(() =>
    opened.source({ url, contribution: () => contributionOf(CALLED), credentials: { certificate } }),
  );
  expect(fault.code).toBe('CONFIGURATION');
  expect(fault.message).toContain('sources.helpdesk.credentials.certificate');
  expect(fault.message).not.toContain('canary');
});
