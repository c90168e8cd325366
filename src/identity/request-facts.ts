/** What is known about a request before anybody is authenticated. Addresses are IP addresses, never names. */
export interface RequestFacts {
  readonly method: string;
  /** The target as it was sent: path and query. */
  readonly target: string;
  readonly authorization: string | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly remoteAddress: string | undefined;
  /** The address that the listener is bound to. */
  readonly listenAddress: string;
}
