/** A secret that the operator configured for one security scheme of a document. */
export type Credential =
  | { readonly apiKey: string }
  | { readonly bearer: string }
  | { readonly username: string; readonly password: string };
