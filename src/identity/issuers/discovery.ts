import type { JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../is-json-object.ts';
import { messageOf } from '../../errors.ts';
import type { IssuerClient } from './issuer-client.ts';
import { isLoopbackUrl } from './loopback-url.ts';
import { parseStrictObject } from './strict-json.ts';

/** What an issuer says about itself. */
export interface Discovered {
  readonly jwksUri: string | undefined;
  /** RFC 7662. */
  readonly introspectionEndpoint: string | undefined;
  readonly document: JsonObject;
}

/**
 * Where the document may be, in the order of the MCP authorization specification: RFC 8414 with the path put after the
 * well-known one, OpenID Connect in the same way, and OpenID Connect with the well-known path at the end.
 */
export function discoveryUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  return [...new Set(urls)];
}

/**
 * Asks an issuer about itself.
 *
 * @param headersFor what to send along to a URL
 * @throws Error that says of each place why there is nothing of use
 */
export async function discover(
  issuer: string,
  client: Pick<IssuerClient, 'request'>,
  headersFor: (url: string) => Promise<Readonly<Record<string, string>>> = () => Promise.resolve({}),
): Promise<Discovered> {
  const reasons: string[] = [];
  for (const url of discoveryUrls(issuer)) {
    // Without an answer there is no other one at the next place of the same host.
    const answer = await client.request({ url, headers: await headersFor(url) });
    if (answer.status === 200) {
      try {
        return readDiscovery(issuer, answer.text);
      } catch (error) {
        reasons.push(`${url}: ${messageOf(error)}`);
      }
    } else {
      reasons.push(`${url} answered ${answer.status}`);
    }
  }
  throw new Error(`no discovery document of "${issuer}": ${reasons.join('; ')}`);
}

function readDiscovery(issuer: string, text: string): Discovered {
  const document = parseStrictObject(text);
  if (!isJsonObject(document)) throw new Error(document);
  if (document['issuer'] !== issuer) {
    throw new Error(
      `it is the document of issuer ${JSON.stringify(document['issuer'])?.slice(0, 200)}; a slash at the end counts`,
    );
  }
  return {
    jwksUri: readUrl(document, 'jwks_uri', issuer),
    introspectionEndpoint: readUrl(document, 'introspection_endpoint', issuer),
    document,
  };
}

function readUrl(document: JsonObject, name: string, issuer: string): string | undefined {
  const url = document[name];
  if (url === undefined) return undefined;
  if (typeof url !== 'string' || !URL.canParse(url)) throw new Error(`its "${name}" is no URL`);
  const { protocol } = new URL(url);
  const isLocal = protocol === 'http:' && isLoopbackUrl(url) && isLoopbackUrl(issuer);
  if (protocol !== 'https:' && !isLocal) throw new Error(`its "${name}" is no https URL`);
  return url;
}
