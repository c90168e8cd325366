import type { OAuthClient } from '../oauth/client.ts';

/** What the operator configured for one security scheme of a document. Certificates and keys are PEM, no paths. */
export type Credential =
  | { readonly apiKey: string }
  | { readonly bearer: string }
  | { readonly username: string; readonly password: string }
  | { readonly authorization: string }
  | OAuthClient
  | ClientCertificate;

/** Shown by the connections of a source (mutual TLS). */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
  /** Authorities to trust beside those of the system. */
  readonly ca?: string | undefined;
}
