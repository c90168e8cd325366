import type { JsonObject } from '../../catalog/json.ts';
import { messageOf } from '../../errors.ts';
import { createKeySource } from '../issuers/key-source.ts';
import type { IssuerClient } from '../issuers/issuer-client.ts';
import type { IssuerSettings } from '../issuers/settings.ts';
import { parseStrictObject } from '../issuers/strict-json.ts';
import type { IntrospectionSettings } from './settings.ts';

/** An answer that says neither yes nor no, about this token: of another one the issuer may know more. */
export class UselessAnswer extends Error {}

/** Asks one issuer about tokens. */
export interface Introspector {
  /**
   * @returns what it says of an active token, nothing of one that is not
   * @throws Error that says why there is no answer of use; {@link UselessAnswer} where that may be the token's fault
   */
  ask(token: string, now: number): Promise<JsonObject | undefined>;
}

/** For as long, a discovery document counts. */
const DISCOVERY_MS = 600_000;
/** For as long, nobody asks again where there was no answer. */
const FAILURE_MS = 1_000;

/** RFC 7662, section 2. One exchange for each question: no redirect is followed, and time and size are bounded. */
export function createIntrospector(
  issuer: IssuerSettings,
  settings: IntrospectionSettings,
  client: Pick<IssuerClient, 'request'>,
): Introspector {
  const source = createKeySource(issuer, client);
  let place: { readonly url: Promise<string>; readonly until: number } | undefined;
  let failure: { readonly why: string; readonly until: number } | undefined;

  const locate = (now: number): Promise<string> => {
    if (settings.url !== undefined) return Promise.resolve(settings.url);
    if (place && now < place.until) return place.url;
    const url = source.discovered().then(({ introspectionEndpoint }) => {
      if (introspectionEndpoint !== undefined) return introspectionEndpoint;
      throw new Error('its discovery document has no "introspection_endpoint"; set introspection.url');
    });
    place = { url, until: now + DISCOVERY_MS };
    url.catch(() => {
      place = undefined;
    });
    return url;
  };

  const exchange = async (token: string, now: number): Promise<JsonObject | undefined> => {
    const url = await locate(now);
    const { status, text } = await client.request({ url, method: 'POST', ...toRequest(settings, token) });
    if (status === 401 || status === 403) {
      throw new UselessAnswer(
        `${url} answered ${status}: it does not take clientId and clientSecret of introspection`,
      );
    }
    if (status === 429 || status === 503) throw new Error(`${url} answered ${status}`);
    if (status !== 200) throw new UselessAnswer(`${url} answered ${status}`);
    const answer = parseStrictObject(text);
    if (typeof answer === 'string') throw new UselessAnswer(`${url} answered something else: ${answer}`);
    const { active } = answer;
    if (typeof active !== 'boolean')
      throw new UselessAnswer(`${url} does not say in "active" whether, true or false`);
    return active ? answer : undefined;
  };

  return {
    async ask(token, now) {
      if (failure && now < failure.until) throw new Error(failure.why);
      try {
        const answer = await exchange(token, now);
        failure = undefined;
        return answer;
      } catch (error) {
        // One token that an issuer stumbles over must not keep out all others.
        if (!(error instanceof UselessAnswer)) failure = { why: messageOf(error), until: now + FAILURE_MS };
        throw error;
      }
    },
  };
}

/** RFC 7662, section 2.1, with the credentials of RFC 6749, section 2.3.1: each is encoded as in a form before they are joined. */
function toRequest(
  { clientId, clientSecret, authentication }: IntrospectionSettings,
  token: string,
): { readonly headers: Record<string, string>; readonly body: string } {
  const form = new URLSearchParams({ token, token_type_hint: 'access_token' });
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (authentication === 'post') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  } else {
    const pair = `${encodeAsForm(clientId)}:${encodeAsForm(clientSecret)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return { headers, body: form.toString() };
}

function encodeAsForm(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length);
}
