import { readFile } from 'node:fs/promises';
import { isJsonObject } from '../is-json-object.ts';
import { discover, type Discovered } from './discovery.ts';
import type { IssuerClient } from './issuer-client.ts';
import { readKeySet, type KeySet } from './key-set.ts';
import type { IssuerSettings } from './settings.ts';
import { parseStrictObject } from './strict-json.ts';

/** Where the keys of one issuer come from. */
export interface KeySource {
  /** @throws Error that says why there are none */
  load(): Promise<LoadedKeys>;
}

export interface LoadedKeys extends KeySet {
  /** For how long these can be taken for the keys, in milliseconds. */
  readonly freshMs: number;
  /** From where, for the operator. */
  readonly where: string;
}

const MINUTE = 60_000;
const DEFAULT_FRESH_MS = 10 * MINUTE;
const MIN_FRESH_MS = 5 * MINUTE;
const MAX_FRESH_MS = 24 * 60 * MINUTE;

/** Keys over HTTP: at `jwks.url`, or where the discovery document says. */
export function createKeySource(
  settings: Pick<IssuerSettings, 'issuer' | 'jwks'>,
  client: Pick<IssuerClient, 'request'>,
): KeySource & { discovered(): Promise<Discovered> } {
  const { issuer, jwks } = settings;
  const trusted = new Set([issuer, jwks.url ?? issuer].map((url) => new URL(url).origin));
  /** The token is for the servers that configuration names; what a document names has to do without. */
  const headersFor = async (url: string): Promise<Record<string, string>> => {
    if (jwks.bearerFile === undefined || !trusted.has(new URL(url).origin)) return {};
    return { authorization: `Bearer ${(await readFile(jwks.bearerFile, 'utf8')).trim()}` };
  };
  const discovered = (): Promise<Discovered> => discover(issuer, client, headersFor);
  const locate = async (): Promise<string> => {
    const url = jwks.url ?? (await discovered()).jwksUri;
    if (url === undefined) throw new Error(`the discovery document of "${issuer}" has no "jwks_uri"`);
    return url;
  };
  return {
    discovered,
    async load() {
      const where = await locate();
      const { status, headers, text } = await client.request({
        url: where,
        headers: await headersFor(where),
      });
      if (status !== 200) throw new Error(`${where} answered ${status}`);
      const document = parseStrictObject(text);
      if (!isJsonObject(document)) throw new Error(`${where}: ${document}`);
      return { ...readKeySet(document), freshMs: freshFor(headers['cache-control']), where };
    },
  };
}

/** What `Cache-Control` says, within bounds (RFC 9111, section 5.2.2). */
export function freshFor(cacheControl: string | readonly string[] | undefined): number {
  const text = [cacheControl ?? []].flat().join(',').toLowerCase();
  if (/\bno-(store|cache)\b/.test(text)) return MIN_FRESH_MS;
  const seconds = /(?:^|[\s,])max-age="?(\d{1,9})/.exec(text)?.[1];
  if (seconds === undefined) return DEFAULT_FRESH_MS;
  return Math.min(MAX_FRESH_MS, Math.max(MIN_FRESH_MS, Number(seconds) * 1000));
}
