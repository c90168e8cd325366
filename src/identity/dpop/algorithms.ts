/** Signature algorithms of proofs that are taken: asymmetric ones, and never `none` (RFC 9449, section 4.3). The usual one first. */
export const DPOP_ALGORITHMS: readonly string[] = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];
