import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { DPOP_ALGORITHMS } from './algorithms.ts';
import { ProofFault } from './proof-fault.ts';
import { readPublicKey, thumbprintOf, type PublicKey } from './public-key.ts';

/** A proof as it was sent: its signature is not checked yet. */
export interface SentProof {
  readonly jwt: string;
  readonly algorithm: string;
  readonly key: PublicKey;
  /** RFC 7638. */
  readonly thumbprint: string;
  readonly id: string;
  readonly method: string;
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** SHA-256 of the token, base64url. */
  readonly tokenHash: string;
  readonly nonce: string | undefined;
}

/** Longer than a proof by an RSA key of 8192 bits. */
const MAX_PROOF_LENGTH = 8192;

const FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

const Header = z.object({
  typ: z.literal('dpop+jwt'),
  alg: z.enum(DPOP_ALGORITHMS as [string, ...string[]]),
  jwk: z.record(z.string(), z.unknown()),
  crit: z.undefined().optional(),
});

const Claims = z.object({
  jti: z.string().min(1).max(256),
  htm: z.string().min(1).max(32),
  htu: z.string().min(1).max(4096),
  iat: z.number().min(0).max(1e11),
  ath: z.string().min(1).max(128),
  nonce: z.string().min(1).max(1024).optional(),
});

/**
 * RFC 9449, section 4.3, steps 1 to 6, but for the signature.
 *
 * @param header `DPoP`, as Node gives it: several are one text with commas
 * @throws ProofFault
 */
export function readProof(header: string | readonly string[] | undefined): SentProof {
  if (header === undefined) throw new ProofFault('the token is bound to a key, and no DPoP header proves it');
  if (typeof header !== 'string' || header.includes(',')) {
    throw new ProofFault('there is more than one DPoP header');
  }
  if (header.length > MAX_PROOF_LENGTH) {
    throw new ProofFault(`the DPoP header has ${header.length} characters; the limit is ${MAX_PROOF_LENGTH}`);
  }
  if (!FORM.test(header)) throw new ProofFault('the DPoP header is no signed JWT');
  const protectedHeader = part(Header, 'header', () => decodeProtectedHeader(header));
  const { alg, jwk } = protectedHeader;
  const claims = part(Claims, 'claims', () => decodeJwt(header));
  const key = readPublicKey(jwk);
  if (typeof key === 'string') throw new ProofFault(key);
  return {
    jwt: header,
    algorithm: alg,
    key,
    thumbprint: thumbprintOf(key),
    id: claims.jti,
    method: claims.htm,
    url: claims.htu,
    issuedAt: Math.round(claims.iat * 1000),
    tokenHash: claims.ath,
    nonce: claims.nonce,
  };
}

function part<T>(schema: z.ZodType<T>, what: string, decode: () => unknown): T {
  let value: unknown;
  try {
    value = decode();
  } catch {
    throw new ProofFault(`the ${what} of the proof cannot be read`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? what)))];
  throw new ProofFault(`the ${what} of the proof: ${names.join(', ')} is missing, or not as it has to be`);
}
