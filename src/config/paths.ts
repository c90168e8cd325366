import path from 'node:path';
import { isJsonObject } from '../catalog/json.ts';
import { matchesPath, type Path } from '../text/pointer.ts';

/** What a path in the configuration leads to, and so what has to be there. */
export type PathKind =
  | 'document'
  | 'overlay'
  | 'reference'
  | 'tls'
  | 'policies'
  | 'shadow-policies'
  | 'hints'
  | 'lock'
  | 'working-folder'
  | 'shared-folder'
  | 'tools'
  | 'output';

const PATH_SETTINGS: readonly (readonly [pattern: string, kind: PathKind])[] = [
  ['server.tls.cert', 'tls'],
  ['server.tls.key', 'tls'],
  ['identity.issuers.*.jwks.ca', 'tls'],
  ['identity.issuers.*.jwks.bearerFile', 'output'],
  ['sources.*.tls.ca', 'tls'],
  ['sources.*.credentials.*.certificate', 'tls'],
  ['sources.*.credentials.*.key', 'tls'],
  ['sources.*.credentials.*.ca', 'tls'],
  ['sources.*.openapi', 'document'],
  ['sources.*.overlays.*', 'overlay'],
  ['sources.*.references.*', 'reference'],
  ['sources.*.mcp.cwd', 'working-folder'],
  ['sources.*.tools', 'tools'],
  ['sources.*.tools.*', 'tools'],
  ...['sources.*.mcp.isolation', 'sources.*.isolation', 'profiles.*'].flatMap((at) => [
    [`${at}.folders.*`, 'shared-folder'] as const,
    [`${at}.folders.*.path`, 'shared-folder'] as const,
  ]),
  ['policies', 'policies'],
  ['policies.*', 'policies'],
  ['shadow.policies', 'shadow-policies'],
  ['shadow.policies.*', 'shadow-policies'],
  ['search.hints', 'hints'],
  ['search.hints.*', 'hints'],
  ['lock', 'lock'],
  ['audit.dir', 'output'],
  ['audit.sinks.*.*.tls.ca', 'tls'],
  ['audit.sinks.*.logAnalytics.tokenFile', 'output'],
  ['state.sqlite', 'output'],
  ['state.redis.tls.ca', 'tls'],
  ['search.embeddings.tls.ca', 'tls'],
  ['search.embeddings.cache', 'output'],
];

/** One path that the configuration names. */
export interface NamedPath {
  readonly at: Path;
  readonly kind: PathKind;
  /** Absolute. */
  readonly path: string;
}

/** Every path that a configuration names, made absolute against `folder`. Works on a configuration that is not valid, too. */
export function findPaths(root: unknown, folder: string): NamedPath[] {
  const found: NamedPath[] = [];
  walk(root, [], (text, at) => {
    const kind = kindOf(at, text);
    if (kind && text !== '') found.push({ at, kind, path: path.resolve(folder, text) });
    return text;
  });
  return found;
}

/** The configuration with every path in it absolute. */
export function makePathsAbsolute(root: unknown, folder: string): unknown {
  return walk(root, [], (text, at) => (kindOf(at, text) ? path.resolve(folder, text) : text));
}

/** References may lead to URLs as well, which are no paths. */
function kindOf(at: Path, text: string): PathKind | undefined {
  const kind = PATH_SETTINGS.find(([pattern]) => matchesPath(at, pattern.split('.')))?.[1];
  return kind === 'reference' && /^[a-z][a-z0-9+.-]+:\/\//i.test(text) ? undefined : kind;
}

function walk(value: unknown, at: Path, onText: (text: string, at: Path) => string): unknown {
  if (typeof value === 'string') return onText(value, at);
  if (Array.isArray(value)) return value.map((item, index) => walk(item, [...at, index], onText));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, walk(item, [...at, key], onText)]),
  );
}
