import type { CredentialFault } from '../../identity/unauthenticated.ts';

/** What to do where nobody can say now. */
export const WHEN_AWAY =
  'see that what vouches for it runs and can be reached from this machine (the network, a proxy, its certificate), then try again';

/** What to do about each fault. */
export const ADVICE: Readonly<Record<CredentialFault, string>> = {
  missing: 'send a key or a token; `bailiwick keys create` makes a key',
  oversized: 'no server takes a header that long; have the provider put fewer groups into the token',
  'other-scheme': 'send `Authorization: Bearer <token>`',
  malformed: 'check that the whole of it was copied, and nothing beside it',
  'unknown-key':
    'check that it is the right one and that it was copied whole; a key is in `identity.keys` or in `bailiwick keys list`, and the issuer of a token in `identity.issuers`',
  'expired-key':
    'make a new key: `bailiwick keys create`, or give the one in `identity.keys` another `expires`',
  revoked:
    'have a new key made, or sign in again; `bailiwick revoke --list` says what was revoked of whom, and `bailiwick keys list --all` which keys are over',
  'unknown-issuer':
    'add the issuer to `identity.issuers`, exactly as `iss` names it; a slash at the end counts',
  algorithm:
    'where the issuer signs so on purpose, set `algorithms` of the issuer; a shared secret and `none` are never taken',
  'signing-key':
    'the issuer does not publish the key (any more): get a new token; see `jwks.url` of the issuer where the keys are elsewhere',
  signature: 'it was changed, or signed by somebody else: get a new token from the issuer',
  'token-type':
    'ask the provider for an access token for this server; an ID token is for the program that asked for it',
  audience:
    'ask the provider for a token for this server (`resource` or `audience`), or add what `aud` names to `audience` of the issuer',
  expired: 'get a new token; check the clocks of both machines where it is new',
  'not-yet-valid':
    'wait, or compare the clocks of both machines; `clockSkewSeconds` of the issuer says how far they may be apart',
  claims: 'see `claims` and `require` of the issuer, and what the provider puts into its tokens',
  inactive: 'the issuer says that it does not count (any more): get a new token',
  binding: 'the token is bound to a key: send it as `Authorization: DPoP <token>` with a proof in `DPoP`',
  'proof-of-possession':
    'the client has to make a proof for each request, with the key that the token is bound to',
  'proof-nonce': 'the client has to put the nonce of the `DPoP-Nonce` header into its next proof',
  'too-many': 'wait a minute; somebody sends many bad credentials',
};
