import { X509Certificate } from 'node:crypto';
import { Agent, get } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { expect, test } from 'vitest';
import { rejection } from '../support/clients.ts';
import { notesFiles, startApi, startGateway } from '../support/gateway.ts';

const TLS_SETTINGS = "'127.0.0.1:0', tls: { cert: tls.crt, key: tls.key }";

function tlsFiles(apiUrl: string): Record<string, string> {
  const pair = generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    keySize: 2048,
  });
  const files = notesFiles(apiUrl);
  const config = files['bailiwick.yaml']?.replace("'127.0.0.1:0'", TLS_SETTINGS) ?? '';
  return { ...files, 'bailiwick.yaml': config, 'tls.crt': pair.cert, 'tls.key': pair.private };
}

/** The status and the certificate that a TLS client sees. */
async function visit(url: string): Promise<{ status: number | undefined; subject: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    subject: string;
  }>();
  const agent = new Agent({ rejectUnauthorized: false });
  get(url, { agent }, (response) => {
    const { raw } = (response.socket as TLSSocket).getPeerCertificate();
    response.resume();
    resolve({ status: response.statusCode, subject: new X509Certificate(raw).subject });
    agent.destroy();
  }).on('error', reject);
  return promise;
}

test('with a certificate configured, the server speaks HTTPS with it and nothing else', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(tlsFiles(api.url));
  expect(gateway.url).toMatch(/^https:/);
  expect(await visit(`${gateway.url}/healthz`)).toEqual({ status: 200, subject: 'CN=localhost' });
  await rejection(fetch(`${gateway.url.replace('https:', 'http:')}/healthz`));
});

test('a certificate that is none is a configuration error that names the files', async () => {
  await using api = await startApi();
  const files = { ...tlsFiles(api.url), 'tls.crt': 'not a certificate' };
  const error = await rejection(startGateway(files));
  expect(error.code).toBe('CONFIGURATION');
  expect(error.message).toMatch(/tls\.crt/);
});
