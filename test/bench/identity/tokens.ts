import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JSONWebKeySet } from 'jose';

export const AUDIENCE = 'https://tools.example.com/mcp';

/** An issuer that is asked for its keys over HTTP, and signs as many tokens as are wanted. */
export interface BenchIssuer {
  readonly url: string;
  readonly keys: JSONWebKeySet;
  /** The token of caller `index`: about 1.5 KB, with claims as Entra ID makes them. */
  token(index: number): Promise<string>;
  close(): void;
}

export async function startBenchIssuer(algorithm: string): Promise<BenchIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: algorithm, use: 'sig' }] };
  const server = createServer((_, response) => response.end(JSON.stringify(keys)));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    keys,
    token: (index) => signToken(privateKey, { algorithm, issuer: url, index }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function signToken(
  key: CryptoKey,
  { algorithm, issuer, index }: { algorithm: string; issuer: string; index: number },
): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  const id = (salt: number): string => toUuid(index * 7 + salt);
  return new SignJWT({
    aio: `AXQAi/8TAAAA${id(1)}`,
    azpacr: '1',
    azp: '6f1b2f3c-0000-4000-8000-000000000000',
    groups: [toUuid(index % 40), toUuid(100 + (index % 60)), toUuid(200 + (index % 9))],
    idp: 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/',
    ipaddr: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    name: `Person Number ${index}`,
    oid: id(3),
    preferred_username: `person.number.${index}@example.com`,
    rh: `0.AX0A${id(4)}`,
    roles: ['Tickets.Read', 'Tickets.Write'],
    scp: 'tickets.read tickets.write offline_access',
    sid: id(5),
    tid: '11111111-2222-3333-4444-555555555555',
    uti: id(6),
    ver: '2.0',
  })
    .setProtectedHeader({ alg: algorithm, kid: 'bench', typ: 'JWT' })
    .setIssuer(issuer)
    .setSubject(`${id(8)}-subject`)
    .setAudience(AUDIENCE)
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + 3600)
    .sign(key);
}

function toUuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}
