import { BailiwickError } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { GroupLookup } from '../claims/overage/group-lookup.ts';
import type { Credential } from '../credential.ts';
import type { Proof } from '../proof.ts';
import type { TokenVerifier } from '../token-verifier.ts';
import type { Trace } from '../trace.ts';
import { CredentialError, unauthenticated } from '../unauthenticated.ts';
import { createRecent } from '../bounds/recent.ts';
import { quote, quoteAny, type Finding } from './finding.ts';
import { createGate } from '../bounds/gate.ts';
import { IssuedProof, type Issuer } from './issuer.ts';
import { createIssuers } from './issuers-in-force.ts';
import type { KeysFound } from './key-cache.ts';
import { parseToken, type ParsedToken } from './parse-token.ts';
import { later as realLater, type Later } from './timers.ts';
import { createTokenCache, toKey } from './token-cache.ts';
import { unavailable } from '../unavailable.ts';
import { checkCheaply, toProof, verifyChecked } from './verify-token.ts';

export interface IssuerVerifierOptions {
  /** What tokens have to be for where configuration does not say: the resource that this server is, where that is known. */
  readonly resource: () => string | undefined;
  readonly logger: Logger;
  readonly now: () => number;
  /** Calls that proofs which held may not hold any more. */
  readonly onLoss: () => void;
  readonly later?: Later;
  /** Finds the groups that tokens do not list. Absent: such tokens are refused. */
  readonly groups?: Pick<GroupLookup, 'find'>;
  /** How long an issuer may take for one answer. */
  readonly timeoutMs?: number;
}

/** An issuer as it is found now. */
export type IssuerState = KeysFound & {
  readonly issuer: string;
  /** Where it is written: `identity.issuers[0]`. */
  readonly where: string;
  /** What tokens have to be for. */
  readonly audience: readonly string[];
};

export interface IssuerVerifier extends TokenVerifier {
  /** Asks each issuer for its keys, and says what came of it. */
  look(): Promise<IssuerState[]>;
  /** From now on callers are expected, and {@link IssuerVerifierOptions.resource} may be known. */
  serve(): void;
}

/** Signature checks that run at a time; the pool of threads behind them is smaller. */
const RUNNING_CHECKS = 16;
const WAITING_CHECKS = 1000;

/** Tokens that were found bad at some cost. */
const MOST_BAD_TOKENS = 2000;
/** Long for a flood, and short for somebody whom the directory of the issuer does not know yet. */
const REMEMBERED_MS = 10_000;

/**
 * A verifier of JWT access tokens of the issuers that are configured (RFC 9068, RFC 8725).
 *
 * ```
 * cache → format → issuer → what is cheap → key → signature → claims → cache
 * ```
 */
export function createIssuerVerifier(options: IssuerVerifierOptions): IssuerVerifier {
  const { now, onLoss } = options;
  const tokens = createTokenCache<IssuedProof>();
  const badTokens = createRecent<Finding>(MOST_BAD_TOKENS);
  const inFlight = new Map<string, Promise<Proof>>();
  const signatures = createGate({ running: RUNNING_CHECKS, waiting: WAITING_CHECKS });
  const lose = (): void => {
    tokens.sweep((proof) => !proof.stands());
    badTokens.clear();
    onLoss();
  };
  const issuers = createIssuers({ ...options, later: options.later ?? realLater, onLoss: lose });

  const recall = (digest: Buffer, at: number): Proof | undefined => {
    const proof = tokens.get(digest);
    if (!proof) return undefined;
    if (at >= proof.expiresAt || !proof.stands()) {
      tokens.delete(digest);
      return undefined;
    }
    if (proof.issuer.keys.isUsable(at)) return proof;
    return undefined;
  };

  const examine = async (
    credential: Credential,
    parsed: ParsedToken,
    issuer: Issuer,
    trace: Trace | undefined,
  ): Promise<Proof> => {
    const checked = checkCheaply(issuer, parsed, now(), trace);
    try {
      const verified = await verifyChecked(checked, credential, {
        signatures,
        now,
        groups: options.groups,
        trace,
      });
      const proof = tokens.put(credential.digest, verified.principal, (principal) =>
        toProof(checked, { ...verified, principal }),
      );
      // While it was checked, configuration or the keys may have become others.
      if (proof.stands()) return proof;
      throw unavailable('the configuration or the keys changed while the token was checked', { trace });
    } catch (error) {
      const finding = lastingFinding(error);
      if (finding) badTokens.put(toKey(credential.digest), finding, now(), REMEMBERED_MS);
      throw error;
    }
  };

  const examineOnce = (credential: Credential, parsed: ParsedToken, issuer: Issuer): Promise<Proof> => {
    const key = toKey(credential.digest);
    const same = inFlight.get(key);
    if (same) return same;
    const work = examine(credential, parsed, issuer, undefined).finally(() => inFlight.delete(key));
    inFlight.set(key, work);
    return work;
  };

  return {
    name: 'issuers',
    use: (settings) => issuers.use(settings.issuers),
    recall,
    serve: issuers.serve,
    look: () =>
      Promise.all(
        issuers.all().map(async ({ settings: { issuer }, where, audience, keys: cache }) => {
          const found = await cache.look();
          return { issuer, where, audience: audience.values, ...found };
        }),
      ),
    verify(credential, at, trace) {
      if (issuers.count() === 0) return undefined;
      if (!trace) {
        const known = recall(credential.digest, at);
        if (known) return known;
        const bad = badTokens.get(toKey(credential.digest), at);
        if (bad) throw unauthenticated(bad.fault, bad.detail);
      }
      const parsed = readFormat(credential.token, trace);
      if (parsed === undefined) return undefined;
      const issuer = findIssuer(issuers, parsed, trace);
      return trace ? examine(credential, parsed, issuer, trace) : examineOnce(credential, parsed, issuer);
    },
    holds(proof) {
      return proof instanceof IssuedProof && proof.stands() && proof.issuer.keys.isUsable(now());
    },
    close: issuers.close,
  };
}

/** A no that the same token gets again for some seconds, as long as settings and keys are the same. */
function lastingFinding(error: unknown): Finding | undefined {
  const cause = error instanceof BailiwickError ? error.cause : undefined;
  if (!(cause instanceof CredentialError)) return undefined;
  const { fault, message } = cause;
  // A key that is unknown may be published later; and who comes when too many do may come again.
  return fault === 'signing-key' || fault === 'too-many' ? undefined : { fault, detail: message };
}

function readFormat(token: string, trace: Trace | undefined): ParsedToken | undefined {
  const parsed = parseToken(token);
  if (typeof parsed === 'string') {
    const detail = `the token is a JWT that nobody may accept: ${parsed}`;
    trace?.({ name: 'format', ok: false, detail });
    throw unauthenticated('malformed', detail);
  }
  const detail = parsed
    ? `a signed JWT of ${token.length} characters`
    : 'no signed JWT (three parts with dots between): only its issuer could say what it is';
  trace?.({ name: 'format', ok: parsed !== undefined, detail });
  return parsed;
}

function findIssuer(
  issuers: { find(issuer: string): Issuer | undefined; names(): string[] },
  { claims }: ParsedToken,
  trace: Trace | undefined,
): Issuer {
  const { iss } = claims;
  const issuer = typeof iss === 'string' ? issuers.find(iss) : undefined;
  if (issuer) {
    trace?.({ name: 'issuer', ok: true, detail: `${quote(iss)} is ${issuer.where}` });
    return issuer;
  }
  const said = iss === undefined ? 'says of no issuer ("iss")' : `is from ${quote(iss)}`;
  const detail = `the token ${said}; taken are tokens of ${quoteAny(issuers.names())} (identity.issuers), and a slash at the end counts`;
  trace?.({ name: 'issuer', ok: false, detail });
  throw unauthenticated('unknown-issuer', detail);
}
