import { hash as sha } from 'node:crypto';
import { z } from 'zod';

/** Unpadded base64url of 16,384 bits at most: the work that one signature can cost is bounded. */
const number = z.string().regex(/^[A-Za-z0-9_-]{1,2731}$/);

/** What makes a public key, in the order in which RFC 7638 digests it. */
const PublicKey = z.union([
  z.strictObject({ crv: z.enum(['P-256', 'P-384', 'P-521']), kty: z.literal('EC'), x: number, y: number }),
  z.strictObject({ e: number.max(8), kty: z.literal('RSA'), n: number }),
  z.strictObject({ crv: z.literal('Ed25519'), kty: z.literal('OKP'), x: number }),
]);

export type PublicKey = z.output<typeof PublicKey>;

/** Members of private and of shared keys (RFC 7518, section 6). Who puts one into a header has given its key away. */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** The public key of a header's `jwk`, or why it is none. What else the member holds (`kid`, `use`) is left out. */
export function readPublicKey(jwk: Readonly<Record<string, unknown>>): PublicKey | string {
  const secret = SECRET_MEMBERS.find((name) => Object.hasOwn(jwk, name));
  if (secret !== undefined) return `its \`jwk\` holds \`${secret}\`, which is never shown`;
  const { kty, crv, x, y, e, n } = jwk;
  const members = kty === 'EC' ? { crv, kty, x, y } : kty === 'RSA' ? { e, kty, n } : { crv, kty, x };
  return PublicKey.safeParse(members).data ?? 'its `jwk` is no public key of EC, RSA or Ed25519';
}

/** RFC 7638 with SHA-256. */
export function thumbprintOf(key: PublicKey): string {
  return sha('sha256', JSON.stringify(key), 'base64url');
}
