import { hash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { DpopSettings } from '../../src/identity/dpop/settings.ts';
import { createBindingCheck } from '../../src/identity/dpop/check-binding.ts';
import type { Credential } from '../../src/identity/credential.ts';
import type { Confirmation, Proof } from '../../src/identity/proof.ts';
import type { RequestFacts } from '../../src/identity/request-facts.ts';
import { IdentitySettings } from '../../src/identity/settings.ts';
import type { Step } from '../../src/identity/trace.ts';
import { faultOf } from '../../src/identity/unauthenticated.ts';
import { BailiwickError } from '../../src/errors.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { createSealer } from '../../src/state/sealed.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
export const BASE = 'https://tools.example.com/gateway';
const TOKEN = 'token.of.dana';
const ISSUER = 'https://login.example.com';

/** A client with its key. */
export async function createHolder(algorithm = 'ES256') {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { algorithm, privateKey, jwk, jkt: await calculateJwkThumbprint(jwk) };
}

export type Holder = Awaited<ReturnType<typeof createHolder>>;

export interface ProofParts {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly signer?: Holder;
}

/** A proof for a POST to /mcp with {@link TOKEN}, but for what is said otherwise. `undefined` leaves a member out. */
export function proofBy(holder: Holder, { header = {}, claims = {}, signer = holder }: ProofParts = {}) {
  const all = {
    jti: randomUUID(),
    htm: 'POST',
    htu: `${BASE}/mcp`,
    iat: NOW / 1000,
    ath: hash('sha256', TOKEN, 'base64url'),
    ...claims,
  };
  return new SignJWT(all)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: holder.algorithm, jwk: holder.jwk, ...header })
    .sign(signer.privateKey);
}

/** A gateway that checks bindings, at a time that can be moved. */
export function createGateway(settings: object = {}, given: { store?: ReturnType<typeof openStore> } = {}) {
  let time = NOW;
  const now = () => time;
  const store = given.store ?? openStore();
  const identity = IdentitySettings.parse({ dpop: DpopSettings.parse(settings) });
  const check = createBindingCheck({
    store,
    sealer: createSealer(['what the replicas share']),
    settings: () => identity,
    baseUrl: () => BASE,
    now,
  });
  return {
    store,
    nonceFor: check.nonceFor,
    pass: (ms: number) => (time += ms),
    /** `ok`, or what was wrong: the fault, or the code of the error. */
    async show(dpop: RequestFacts['headers'][string], how: ShowOptions): Promise<string> {
      try {
        await check.check(proofOf(how.bound), credentialOf(how), requestOf(dpop, how), how.trace);
        return 'ok';
      } catch (error) {
        if (!(error instanceof BailiwickError)) throw error;
        how.onError?.(error);
        return faultOf(error) ?? error.code;
      }
    },
  };
}

export interface ShowOptions {
  readonly bound: Confirmation | undefined;
  readonly scheme?: Credential['scheme'];
  readonly method?: string;
  readonly target?: string;
  readonly trace?: (step: Step) => void;
  readonly onError?: (error: BailiwickError) => void;
}

export function openStore() {
  return openMemory({ logger: { debug() {}, info() {}, warn() {}, error() {} } });
}

function proofOf(confirmation: Confirmation | undefined): Proof {
  return {
    principal: { issuer: ISSUER, subject: 'dana', scopes: [], groups: [], claims: {} },
    kind: 'jwt',
    expiresAt: Infinity,
    ...(confirmation && { confirmation }),
  };
}

function credentialOf({ scheme = 'DPoP' }: ShowOptions): Credential {
  return { scheme, token: TOKEN, digest: hash('sha256', TOKEN, 'buffer') };
}

function requestOf(
  dpop: RequestFacts['headers'][string],
  { method = 'POST', target = '/mcp', scheme = 'DPoP' }: ShowOptions,
): RequestFacts {
  return {
    method,
    target,
    authorization: `${scheme} ${TOKEN}`,
    headers: { ...(dpop !== undefined && { dpop }) },
    remoteAddress: '203.0.113.7',
    listenAddress: '0.0.0.0',
  };
}
