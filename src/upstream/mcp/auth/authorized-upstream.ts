import { createLiveScrubber } from '../../live-scrub.ts';
import type { Scrub } from '../../scrub.ts';
import type { Upstream } from '../../upstream.ts';
import type { McpCredentials } from '../credentials.ts';
import { secretsOf } from '../secrets.ts';
import { createMcpAuth, type McpAuthOptions } from './create-auth.ts';
import type { McpAuthSettings } from './settings.ts';
import { withSignIn } from './with-sign-in.ts';

export interface AuthorizedServer {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly auth: McpAuthSettings;
}

/** As many tokens are looked for in what comes from the server: those that were used last. */
const MAX_TOKENS = 64;

/**
 * An upstream whose server is reached with OAuth.
 *
 * @param create Makes the upstream itself, with these credentials.
 * @throws BailiwickError `CONFIGURATION` for settings that cannot work here.
 */
export function createAuthorizedUpstream(
  options: Omit<McpAuthOptions, 'url' | 'auth' | 'onToken'> & {
    readonly server: AuthorizedServer;
    /** Texts that references brought into the configuration. */
    readonly secrets: readonly string[];
  },
  create: (parts: { readonly credentials: McpCredentials; readonly scrub: Scrub }) => Upstream,
): Upstream {
  const { server, secrets } = options;
  const { url, headers, auth } = server;
  const { scrub, add } = createLiveScrubber([...secretsOf(server, secrets), ...secretsInAuth(auth)]);
  const tokens = new Set<string>();
  const onToken = (token: string): void => {
    if (tokens.has(token)) return;
    tokens.add(token);
    const oldest = tokens.size > MAX_TOKENS ? tokens.values().next().value : undefined;
    if (oldest !== undefined) tokens.delete(oldest);
    add(token, oldest);
  };
  const { credentials, personal, close } = createMcpAuth({ ...options, url, auth, onToken });
  const upstream = create({ credentials: withHeaders(credentials, headers), scrub });
  const closing: Upstream = {
    ...upstream,
    close: async () => {
      await upstream.close();
      await close();
    },
  };
  return personal ? withSignIn(closing, personal) : closing;
}

function withHeaders(credentials: McpCredentials, headers: Readonly<Record<string, string>>): McpCredentials {
  if (Object.keys(headers).length === 0) return credentials;
  return {
    ...credentials,
    headers: async (context) => ({ ...headers, ...(await credentials.headers(context)) }),
  };
}

/** A server is not sent these, but whoever guards it is. */
function secretsInAuth(auth: McpAuthSettings): string[] {
  const found: string[] = [];
  const visit = (value: unknown, name: string): void => {
    if (typeof value === 'string' && /secret|key$|^token$/i.test(name)) found.push(value);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) visit(item, key);
  };
  visit(auth, '');
  return found;
}
