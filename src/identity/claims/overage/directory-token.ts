import type { IssuerClient } from '../../issuers/issuer-client.ts';
import { parseStrictObject } from '../../issuers/strict-json.ts';

/** A token that this server shows to a directory. */
export interface DirectoryToken {
  /** The same one as long as it lasts. @throws Error that says why there is none */
  get(now: number): Promise<string>;
  /** That one was not taken: the next one is asked for anew. */
  drop(token: string): void;
}

/** Before a token ends, another one is asked for. */
const MARGIN_MS = 60_000;

/** The client credentials grant (RFC 6749, section 4.4). Those who ask at the same time wait for one answer. */
export function createDirectoryToken(
  options: {
    readonly url: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly scope: string;
  },
  client: Pick<IssuerClient, 'request'>,
): DirectoryToken {
  let current: { readonly token: string; readonly until: number } | undefined;
  let pending: Promise<string> | undefined;

  const ask = async (now: number): Promise<string> => {
    const { status, text } = await client.request({
      url: options.url,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: options.clientId,
        client_secret: options.clientSecret,
        scope: options.scope,
      }).toString(),
    });
    const answer = parseStrictObject(text);
    if (status !== 200 || typeof answer === 'string') {
      throw new Error(`the token endpoint ${options.url} answered ${status}${errorCodeOf(answer)}`);
    }
    const { access_token: token, expires_in: seconds } = answer;
    if (typeof token !== 'string' || !/^[\x21-\x7E]{1,16384}$/.test(token)) {
      throw new Error(`the token endpoint ${options.url} answered without an access token`);
    }
    const lastsMs = typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, 86_400) * 1000 : 0;
    current = { token, until: now + lastsMs - MARGIN_MS };
    return token;
  };

  return {
    async get(now) {
      if (current && now < current.until) return current.token;
      pending ??= ask(now).finally(() => {
        pending = undefined;
      });
      return pending;
    },
    drop(token) {
      if (current?.token === token) current = undefined;
    },
  };
}

/** RFC 6749, section 5.2: the code and nothing else of what was answered. */
function errorCodeOf(answer: ReturnType<typeof parseStrictObject>): string {
  const code = typeof answer === 'string' ? undefined : answer['error'];
  return typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? ` (${code})` : '';
}
