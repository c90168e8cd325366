import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction } from 'oidc-provider';
import type { SignInAnswer } from './page.ts';
import type { SignIn } from './sign-ins.ts';

/** The OpenID provider at which people sign in. */
export interface LoginProvider {
  readonly name: string;
  /** Sends a browser there. */
  begin(response: ServerResponse, interaction: Pick<Interaction, 'uid' | 'exp'>): Promise<SignInAnswer>;
  /**
   * Takes it back. Undefined where nobody was sent with this state, or it was another browser.
   */
  end(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
  ): Promise<LoginEnd | undefined>;
}

/** `interaction`: the one from which the browser was sent. `problem` is for the person. */
export type LoginEnd = { readonly interaction: string } & (
  | { readonly signIn: SignIn }
  | { readonly problem: string }
);
