import type { CallContext } from '../../upstream.ts';
import type { McpCredentials } from '../credentials.ts';

/** Credentials that differ from caller to caller: the gateway itself has none. */
export interface PersonalCredentials extends McpCredentials {
  /** Whether the gateway could read the source's lists now, with the credential of somebody who has one. */
  canList(signal: AbortSignal): Promise<boolean>;
  /**
   * Gets the caller's credential, asking it to sign in where it has to.
   *
   * @throws BailiwickError `SIGN_IN_REQUIRED` where it did not; `data.url` is where it can.
   */
  signIn(context: CallContext): Promise<void>;
  /** Calls the listener after somebody has signed in, here or at another process. */
  onSignedIn(listener: () => void): void;
}
