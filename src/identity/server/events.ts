import type { Principal } from '../principal.ts';

/** What the record is to say of the authorization server. */
export interface AuthorizationEvent {
  readonly what: 'consent' | 'consent refused' | 'login refused' | 'client registered';
  /** The client's id. */
  readonly client: string;
  readonly principal?: Principal;
  /** What the client was given. */
  readonly scopes?: readonly string[];
  readonly ip: string | undefined;
}

export type NoteAuthorization = (event: AuthorizationEvent) => void;
