import { createIdentity } from '../../../src/identity/identity.ts';
import { createIssuerVerifier } from '../../../src/identity/issuers/issuer-verifier.ts';
import type { Proof } from '../../../src/identity/proof.ts';
import { createProtectedResource } from '../../../src/identity/resource/protected-resource.ts';
import { noRevocations } from '../../../src/identity/revocations/revocations.ts';
import { IdentitySettings } from '../../../src/identity/settings.ts';
import type { Step } from '../../../src/identity/trace.ts';
import { CredentialError } from '../../../src/identity/unauthenticated.ts';
import { BailiwickError, type ErrorCode } from '../../../src/errors.ts';
import { NOW, REQUEST } from '../../identity/fixtures.ts';

export const RESOURCE = 'https://tools.example.com/mcp';
export const SECONDS = NOW / 1000;

/** What came of a token: who it is, or why not. */
export interface Outcome {
  readonly proof?: Proof;
  readonly code?: ErrorCode;
  readonly fault?: string | undefined;
  readonly detail?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Identity of the tokens of these issuers, with a clock and timers of the test's own. */
export function identityOf(
  issuers: readonly object[],
  options: { resource?: string | undefined; timeoutMs?: number } = {},
) {
  const { resource = RESOURCE, timeoutMs = 5000 } = options;
  let time = NOW;
  let timers: { at: number; action: () => void }[] = [];
  const logged: string[] = [];
  const log = (_: object, message: string) => logged.push(message);
  let losses = 0;
  const verifier = createIssuerVerifier({
    timeoutMs,
    resource: () => ('resource' in options && options.resource === undefined ? undefined : resource),
    logger: { debug() {}, info: log, warn: log, error: log },
    now: () => time,
    onLoss: () => {
      losses += 1;
    },
    later(action, ms) {
      const timer = { at: time + ms, action };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  });
  const use = (next: readonly object[]) => verifier.use(IdentitySettings.parse({ issuers: next }));
  use(issuers);
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
    verifier,
    use,
    logged,
    losses: () => losses,
    identify,
    /** The proof, where it takes no waiting. */
    atOnce(token: string): Proof {
      const proof = identify(token);
      if (proof instanceof Promise) {
        proof.catch(() => {});
        throw new Error('expected an answer at once');
      }
      return proof;
    },
    async outcome(token: string): Promise<Outcome> {
      try {
        return { proof: await identify(token) };
      } catch (error) {
        if (!(error instanceof BailiwickError)) throw error;
        const { code, cause, data } = error;
        return {
          code,
          data,
          fault: cause instanceof CredentialError ? cause.fault : undefined,
          detail: cause instanceof Error ? cause.message : '',
        };
      }
    },
    async steps(token: string): Promise<Step[]> {
      const steps: Step[] = [];
      await Promise.resolve()
        .then(() => identify(token, (step) => steps.push(step)))
        .catch(() => {});
      return steps;
    },
    now: () => time,
    /** Lets time go by without waiting: timers that are due go off. */
    advance(ms: number) {
      time += ms;
      const due = timers.filter((timer) => timer.at <= time);
      timers = timers.filter((timer) => timer.at > time);
      for (const { action } of due) action();
    },
  };
}
