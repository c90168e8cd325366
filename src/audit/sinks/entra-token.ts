import { readFile } from 'node:fs/promises';
import { toExcerpt, type Poster } from './http-post.ts';
import type { LogAnalyticsSettings } from './settings.ts';
import { SinkFault } from './sink.ts';

/** The access token of a client of Microsoft Entra, got when it is first needed and again before it expires. */
export interface EntraToken {
  /** @throws SinkFault `retry` where there is none to be had. */
  get(signal: AbortSignal): Promise<string>;
  /** The token was refused: the next one is a new one. */
  drop(): void;
}

/** A token is renewed this long before it expires, or after half of its life where that is shorter. */
const SKEW_MS = 300_000;

const LONGEST_LIFETIME_MS = 86_400_000;

/** The client credentials grant of the identity platform, by a secret or by a federated token of the workload. */
export function createEntraToken(
  settings: LogAnalyticsSettings,
  poster: Poster,
  now: () => number,
): EntraToken {
  const { authority, tenantId, clientId, clientSecret, tokenFile, scope } = settings;
  const url = new URL(`${authority.replace(/\/+$/, '')}/${tenantId}/oauth2/v2.0/token`);
  let held: { readonly value: string; readonly renewAt: number } | undefined;

  async function proof(): Promise<Record<string, string>> {
    if (clientSecret !== undefined) return { client_secret: clientSecret };
    const assertion = await readFile(tokenFile ?? '', 'utf8').catch((error: unknown) => {
      throw new SinkFault('retry', `the federated token cannot be read from ${tokenFile}`, { cause: error });
    });
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion.trim(),
    };
  }

  async function request(signal: AbortSignal): Promise<string> {
    const since = now();
    const secret = await proof();
    const form = { grant_type: 'client_credentials', client_id: clientId, scope, ...secret };
    const answer = await poster.post(
      {
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams(form).toString(),
      },
      signal,
    );
    const token = answer.status === 200 ? readToken(answer.text) : undefined;
    if (token === undefined) {
      const said = toExcerpt(readError(answer.text), Object.values(secret));
      throw new SinkFault('retry', `${url.host} answered ${answer.status} and no access token: ${said}`, {
        retryAfterMs: answer.retryAfterMs,
      });
    }
    held = {
      value: token.value,
      renewAt: since + token.lifetimeMs - Math.min(SKEW_MS, token.lifetimeMs / 2),
    };
    return token.value;
  }

  return {
    get: (signal) => (held && now() < held.renewAt ? Promise.resolve(held.value) : request(signal)),
    drop() {
      held = undefined;
    },
  };
}

/** RFC 6749 §5.1. */
function readToken(text: string): { value: string; lifetimeMs: number } | undefined {
  const { access_token: value, expires_in: seconds } = readObject(text);
  if (typeof value !== 'string' || !/^[\x21-\x7E]{1,16384}$/.test(value)) return undefined;
  const lifetimeMs = Number(seconds) * 1000;
  return { value, lifetimeMs: lifetimeMs > 0 ? Math.min(lifetimeMs, LONGEST_LIFETIME_MS) : SKEW_MS };
}

/** RFC 6749 §5.2. The description names the error by its number, and ids for Microsoft's support. */
function readError(text: string): string {
  const { error, error_description: description } = readObject(text);
  return [error, description].filter((part) => typeof part === 'string').join(': ');
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
