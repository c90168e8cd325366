import type * as OidcProvider from 'oidc-provider';

/** What oidc-provider prints at its users begins with its name. */
const NOTICE = /^(?:\x1b\[[\d;]*m)?oidc-provider /; // oxlint-disable-line no-control-regex -- it colours what it prints

/** Loads oidc-provider, without what it prints about versions of Node that it was not tried with. */
export async function loadProvider(): Promise<typeof OidcProvider> {
  const { warn } = console;
  console.warn = (...given: unknown[]) => {
    if (typeof given[0] !== 'string' || !NOTICE.test(given[0])) warn.apply(console, given);
  };
  try {
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
  }
}
