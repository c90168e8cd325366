import type { Request, Response } from 'express';
import type { IncomingMessage } from 'node:http';
import type { Via } from '../audit/record.ts';
import { toBailiwickError } from '../errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Identity } from '../identity/identity.ts';
import type { Proof } from '../identity/proof.ts';
import { unauthenticated } from '../identity/unauthenticated.ts';
import { toRequestFacts } from './request-facts.ts';

/** Who sent the requests of one listener. */
export interface Authentication {
  /**
   * Who sent a request. It is found out once, whichever ways the request goes: a token is not verified a second time, and nobody
   * gets another answer than the part that asked before.
   *
   * @throws BailiwickError as {@link Identity.identify}
   */
  identify(request: IncomingMessage): Proof | Promise<Proof>;
  /** Of a proof that {@link identify} gave for this request: whether it is still one. A body may have taken minutes to come. */
  isCurrent(request: IncomingMessage, proof: Proof): boolean;
  close(): void;
}

interface Outcome {
  readonly answer: Proof | Promise<Proof> | undefined;
  readonly error?: unknown;
  /** What had been lost until then. */
  readonly losses: number;
}

export function createAuthentication(
  identity: Pick<Identity, 'identify' | 'holds' | 'onLoss'>,
  options: { readonly listenAddress: () => string; readonly now: () => number },
): Authentication {
  const outcomes = new WeakMap<IncomingMessage, Outcome>();
  let losses = 0;
  const stop = identity.onLoss(() => (losses += 1));

  const find = (request: IncomingMessage): Outcome => {
    try {
      return { answer: identity.identify(toRequestFacts(request, options.listenAddress())), losses };
    } catch (error) {
      return { answer: undefined, error, losses };
    }
  };
  return {
    identify(request) {
      const known = outcomes.get(request) ?? find(request);
      outcomes.set(request, known);
      if (known.answer === undefined) throw known.error;
      return known.answer;
    },
    isCurrent(request, proof) {
      const isUntouched = outcomes.get(request)?.losses === losses;
      return options.now() < proof.expiresAt && (isUntouched || identity.holds(proof));
    },
    close: stop,
  };
}

/** Lets nobody pass who is not known. It comes before the body is read: a flood of bad credentials costs no parsing. */
export function requireProof({ road }: Gateway, authentication: Authentication) {
  return async function authenticate(request: Request, response: Response, next: () => void): Promise<void> {
    try {
      response.locals['proof'] = await authentication.identify(request);
    } catch (thrown) {
      const error = toBailiwickError(thrown);
      const ip = request.socket.remoteAddress;
      const via: Via = { face: 'http', ...(ip !== undefined && { ip }) };
      const result = { status: 'refused', code: error.code } as const;
      await road.record({ type: 'call.refused', via, result }, { durable: false });
      throw error;
    }
    next();
  };
}

/** Lets nobody pass whose credential ended while the body came. */
export function requireCurrentProof(authentication: Authentication) {
  return function authenticateAgain(request: Request, response: Response, next: () => void): void {
    const proof = response.locals['proof'] as Proof;
    if (!authentication.isCurrent(request, proof)) {
      throw unauthenticated('expired', 'the credential ended while the body of its request came');
    }
    next();
  };
}
