import type { App } from '../../app.ts';
import { toBailiwickError, type BailiwickError } from '../../errors.ts';
import type { Proof } from '../../identity/proof.ts';
import type { Step } from '../../identity/trace.ts';
import { CredentialError } from '../../identity/unauthenticated.ts';
import { createTextMask } from '../../telemetry/mask.ts';
import { toOperatorMessage } from '../operator-message.ts';
import { ADVICE, WHEN_AWAY } from './advice.ts';
import { describeCredential, type Report } from './report.ts';
import { readTokenFacts } from './token-facts.ts';

/** Asks, as the server would for a request from elsewhere, whose credential this is. The report does not hold it. */
export async function lookAtCredential(
  app: Pick<App, 'identity' | 'policy'>,
  authorization: string,
  listenAddress: string,
): Promise<Report> {
  const token = authorization.slice(authorization.indexOf(' ') + 1);
  const steps: Step[] = [];
  const answer = await ask(app, authorization, listenAddress, (step) => void steps.push(step));
  const report =
    'proof' in answer ? accepted(app, answer.proof, steps) : refused(app, answer.error, steps, token);
  return withoutSecrets(report, authorization);
}

async function ask(
  { identity }: Pick<App, 'identity'>,
  authorization: string,
  listenAddress: string,
  trace: (step: Step) => void,
): Promise<{ proof: Proof } | { error: BailiwickError }> {
  try {
    const proof = await identity.identify(
      { method: 'POST', target: '/mcp', authorization, headers: {}, remoteAddress: undefined, listenAddress },
      trace,
    );
    return { proof };
  } catch (error) {
    return { error: toBailiwickError(error) };
  }
}

function accepted({ policy }: Pick<App, 'policy'>, proof: Proof, steps: readonly Step[]): Report {
  return {
    known: true,
    principal: proof.principal,
    credential: describeCredential(proof),
    steps: toShown(steps),
    rules: rulesAbout(policy(), proof.principal),
  };
}

function refused(
  app: Pick<App, 'policy'>,
  error: BailiwickError,
  steps: readonly Step[],
  token: string,
): Report {
  const { cause } = error;
  const fault = cause instanceof CredentialError ? cause.fault : undefined;
  const proven = steps.findLast(({ proof }) => proof)?.proof;
  if (proven?.confirmation && (fault === 'binding' || fault === 'proof-of-possession')) {
    // Whether the caller holds the key shows with each of its requests, and cannot show here.
    return accepted(app, proven, [...steps.filter(({ ok }) => ok), describeBinding(proven)]);
  }
  const detail = fault !== undefined && cause instanceof Error ? cause.message : toReason(error, steps);
  const advice =
    fault !== undefined ? ADVICE[fault] : error.code === 'IDENTITY_UNAVAILABLE' ? WHEN_AWAY : undefined;
  const isTold = steps.some((step) => !step.ok && step.detail === detail);
  const stated = readTokenFacts(token);
  return {
    known: false,
    steps: toShown(isTold ? steps : [...steps, { name: fault ?? 'answer', ok: false, detail }]),
    refusal: {
      code: error.code,
      ...(fault !== undefined && { fault }),
      detail,
      ...(advice !== undefined && { advice }),
    },
    ...(stated && { stated }),
  };
}

/** Why nothing can be known now: the step that failed says it, the error says little to callers. */
function toReason(error: BailiwickError, steps: readonly Step[]): string {
  if (error.code !== 'IDENTITY_UNAVAILABLE') return toOperatorMessage(error);
  return steps.findLast(({ ok }) => !ok)?.detail ?? toOperatorMessage(error);
}

function describeBinding({ confirmation }: Proof): Step {
  const key =
    confirmation && 'jkt' in confirmation ? `the key with the thumbprint ${confirmation.jkt}` : 'a key';
  return {
    name: 'binding',
    ok: true,
    detail: `the token is bound to ${key}: each request needs a proof of it, which cannot be shown here and was not looked at`,
  };
}

export function rulesAbout(
  { rules }: ReturnType<App['policy']>,
  principal: Proof['principal'],
): NonNullable<Report['rules']> {
  return rules.filter((rule) => rule.matchesPrincipal(principal)).map(({ id, effect }) => ({ id, effect }));
}

function toShown(steps: readonly Step[]): Report['steps'] {
  return steps.map(({ name, ok, detail }) => ({ name, ok, detail }));
}

/** A last line of defence: no step holds the credential on purpose. */
function withoutSecrets(report: Report, authorization: string): Report {
  const token = authorization.slice(authorization.indexOf(' ') + 1);
  const mask = createTextMask([token, ...token.split('.').slice(2)]);
  return JSON.parse(JSON.stringify(report), (_name, value: unknown) =>
    typeof value === 'string' ? mask(value) : value,
  ) as Report;
}
