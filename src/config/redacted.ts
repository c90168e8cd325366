import { isJsonObject } from '../catalog/json.ts';
import { matchesPath, type Path, toPointer } from '../text/pointer.ts';
import type { Config } from './schema.ts';

/** Settings whose literal values are credentials, or may be. Below a trailing `**` every text counts. */
const SENSITIVE: readonly string[] = [
  'sources.*.credentials.**',
  'sources.*.mcp.env.**',
  'sources.*.env.**',
  'sources.*.mcp.headers.**',
  'sources.*.mcp.auth.*.clientSecret',
  'sources.*.mcp.auth.*.privateKey',
  'sources.*.mcp.auth.*.actor.token',
  'sources.*.mcp.auth.*.identityProvider.clientSecret',
  'sources.*.mcp.auth.*.identityProvider.privateKey',
  'identity.keys.*.hash',
  'identity.issuers.*.introspection.clientSecret',
  'identity.server.login.provider.clientSecret',
  'identity.server.clients.*.secret',
  'identity.issuers.*.groupsOverage.clientSecret',
  'state.encryptionKeys.*',
  'state.redis.password',
  'state.redis.sentinel.password',
  'audit.signing.keys.*',
  'audit.sinks.*.*.headers.**',
  'audit.sinks.*.webhook.secret.**',
  'audit.sinks.*.webhook.url',
  'audit.sinks.*.postgres.url',
  'audit.sinks.*.logAnalytics.clientSecret',
  'search.embeddings.key',
  'search.embeddings.headers.**',
];

/** What stands in for a credential that was written into the file itself. */
const MASK = '***';

/**
 * The configuration for printing: what came from `${env:…}` or `${file:…}` stands as it was written, credentials that
 * stand in the file are masked, and URLs lose their query and the
 * password of a Redis server.
 */
export function redacted(loaded: Written): unknown {
  return redactedAt(loaded, loaded.config, []);
}

/** A setting, and what lies below it, as {@link redacted} prints it. */
export function redactedAt(loaded: Pick<Written, 'written'>, value: unknown, at: Path): unknown {
  if (Array.isArray(value)) return value.map((item, index) => redactedAt(loaded, item, [...at, index]));
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, redactedAt(loaded, item, [...at, key])]),
    );
  }
  const written = loaded.written.get(toPointer(at));
  if (written !== undefined) return written;
  if (value === undefined || value === null || value === '' || typeof value === 'boolean') return value;
  if (isSensitive(at)) return MASK;
  return typeof value === 'string' ? maskQuery(value) : value;
}

interface Written {
  readonly config: Config;
  readonly written: ReadonlyMap<string, string>;
}

/** True for a setting whose literal value must not be printed. */
export function isSensitive(at: Path): boolean {
  return SENSITIVE.some((pattern) => {
    const parts = pattern.split('.');
    if (parts.at(-1) !== '**') return matchesPath(at, parts);
    const stem = parts.slice(0, -1);
    return at.length >= stem.length && matchesPath(at.slice(0, stem.length), stem);
  });
}

function maskQuery(text: string): string {
  if (/^https?:\/\//i.test(text)) return text.replace(/\?.*$/s, `?${MASK}`);
  return text.replace(/^(rediss?:\/\/[^:/@]*:).*@/is, `$1${MASK}@`);
}
