import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

/** A key pair of an issuer; the private half signs, the public one is published. */
export interface TestKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

export async function newTestKey(kid: string, algorithm = 'ES256'): Promise<TestKey> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' };
  return { kid, algorithm, ...pair, jwk };
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real issuer on a port of its own. */
export interface TestIssuer {
  readonly url: string;
  /** What it publishes now. */
  keys: unknown[];
  /** Answers in place of it, where set. */
  answer: Answer | undefined;
  cacheControl: string | undefined;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** How often the keys were asked for. */
  fetches(): number;
  close(): Promise<void>;
}

export async function startIssuer(options: { path?: string; keys?: unknown[] } = {}): Promise<TestIssuer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (issuer.answer) return issuer.answer(request, response);
    const path = options.path ?? '';
    const documents: Record<string, unknown> = {
      [`${path}/.well-known/openid-configuration`]: { issuer: issuer.url, jwks_uri: `${origin}/jwks` },
      '/jwks': { keys: issuer.keys },
    };
    const document = documents[request.url ?? ''];
    if (issuer.cacheControl !== undefined) response.setHeader('cache-control', issuer.cacheControl);
    response.statusCode = document === undefined ? 404 : 200;
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: TestIssuer = {
    url: `${origin}${options.path ?? ''}`,
    keys: options.keys ?? [],
    answer: undefined,
    cacheControl: undefined,
    asked,
    fetches: () => asked.filter((path) => path === '/jwks').length,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return issuer;
}

export function sign(key: TestKey, claims: object, header: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey);
}

/** Signs any bytes as claims, under any text as header, as no library would. */
export async function signText(key: TestKey, claims: string | Uint8Array, header?: string): Promise<string> {
  const [head, body] = [header ?? JSON.stringify({ alg: key.algorithm, kid: key.kid }), claims].map((part) =>
    Buffer.from(part as string).toString('base64url'),
  );
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key.privateKey,
    Buffer.from(`${head}.${body}`),
  );
  return `${head}.${body}.${Buffer.from(signature).toString('base64url')}`;
}
