import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { createIdentity } from '../../src/identity/identity.ts';
import { createIntrospectionVerifier } from '../../src/identity/introspection/introspection-verifier.ts';
import type { Proof } from '../../src/identity/proof.ts';
import { createProtectedResource } from '../../src/identity/resource/protected-resource.ts';
import { noRevocations } from '../../src/identity/revocations/revocations.ts';
import { IdentitySettings } from '../../src/identity/settings.ts';
import type { Step } from '../../src/identity/trace.ts';
import { CredentialError } from '../../src/identity/unauthenticated.ts';
import { NOW, REQUEST } from '../identity/fixtures.ts';

export const RESOURCE = 'https://tools.example.com/mcp';
export const SECONDS = NOW / 1000;

export interface Asked {
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}

/** An issuer on a port of its own that answers what a test says. */
export interface Endpoint {
  readonly url: string;
  readonly asked: Asked[];
  answer: (token: string, response: ServerResponse) => void;
}

/** What a well-behaved issuer says of an active token. */
export function active(url: string, more: object = {}): object {
  return {
    active: true,
    iss: url,
    aud: RESOURCE,
    sub: 'ann',
    client_id: 'desk',
    token_type: 'Bearer',
    scope: 'notes:read',
    exp: SECONDS + 600,
    iat: SECONDS - 10,
    ...more,
  };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

export async function startEndpoint(): Promise<Endpoint> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += String(chunk);
    });
    request.on('end', () => {
      if (request.url !== '/introspect') {
        json(response, { issuer: url, introspection_endpoint: `${url}/introspect` });
        return;
      }
      const form = new URLSearchParams(body);
      endpoint.asked.push({ authorization: request.headers.authorization, form });
      endpoint.answer(form.get('token') ?? '', response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint: Endpoint = {
    url,
    asked: [],
    answer: (token, response) => json(response, token.startsWith('good') ? active(url) : { active: false }),
  };
  return endpoint;
}

/** Settings of an issuer that is asked about opaque tokens. */
export function issuerAt(issuer: string, introspection: object = {}, more: object = {}): object {
  return {
    issuer,
    introspection: { clientId: 'bailiwick', clientSecret: 'canary secret', ...introspection },
    ...more,
  };
}

/** Identity of opaque tokens, with a clock of the test's own. */
export function identityOf(issuers: readonly object[], options: { now?: number; timeoutMs?: number } = {}) {
  let time = options.now ?? NOW;
  let losses = 0;
  const verifier = createIntrospectionVerifier({
    resource: () => RESOURCE,
    now: () => time,
    onLoss: () => {
      losses += 1;
    },
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
  });
  const use = (next: readonly object[]) => verifier.use(IdentitySettings.parse({ issuers: next }));
  use(issuers);
  onTestFinished(() => verifier.close());
  const identity = createIdentity({
    verifiers: [verifier],
    revocations: noRevocations(),
    binding: { check: () => undefined, nonceFor: () => undefined },
    local: () => undefined,
    publicUrl: () => undefined,
    resource: createProtectedResource({ serverScopes: () => [], dpopAlgorithms: [] }),
    now: () => time,
  });
  const identify = (token: string, trace?: (step: Step) => void) =>
    identity.identify({ ...REQUEST, authorization: `Bearer ${token}` }, trace);
  return {
    identity,
    identify,
    use,
    losses: () => losses,
    advance(ms: number) {
      time += ms;
    },
    /** Who a token is, or why it is nobody: `UNAUTHENTICATED inactive`, and the detail. */
    async outcome(token: string): Promise<{ proof?: Proof; refusal?: string; detail?: string }> {
      try {
        return { proof: await identify(token) };
      } catch (error) {
        if (!(error instanceof BailiwickError)) throw error;
        const { code, cause } = error;
        const fault = cause instanceof CredentialError ? ` ${cause.fault}` : '';
        return { refusal: `${code}${fault}`, detail: cause instanceof Error ? cause.message : '' };
      }
    },
  };
}
