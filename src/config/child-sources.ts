import type { z } from 'zod';
import type { Isolation, SharedFolder } from '../upstream/mcp/isolation/isolation.ts';
import { resolveIsolation } from '../upstream/mcp/isolation/resolve.ts';
import type { LimitsSettings } from '../upstream/mcp/isolation/limits-settings.ts';
import type { IsolationSettings, ProfilesSettings } from '../upstream/mcp/isolation/settings.ts';
import type { Path } from '../text/pointer.ts';
import { suggest } from '../text/suggest.ts';
import type { LoadedConfig } from './load.ts';
import type { SourceSettings } from './schema.ts';

/** What a source says about the program that Bailiwick starts for it. */
export interface ChildSettings {
  readonly env: Record<string, string>;
  readonly inherit: readonly string[];
  readonly isolation?: IsolationSettings | undefined;
  readonly limits?: LimitsSettings | undefined;
}

/** The program of a source and where its settings stand in it; `undefined` for a source without one. */
export function childOf(source: SourceSettings): { at: Path; settings: ChildSettings } | undefined {
  if ('mcp' in source && 'command' in source.mcp) return { at: ['mcp'], settings: source.mcp };
  return 'tools' in source ? { at: [], settings: source } : undefined;
}

/** Every profile that a source names must be there. */
export function checkProfileNames(
  config: { profiles: ProfilesSettings; sources: Record<string, SourceSettings> },
  context: z.RefinementCtx,
): void {
  const known = Object.keys(config.profiles);
  for (const [name, source] of Object.entries(config.sources)) {
    const child = childOf(source);
    const isolation = child?.settings.isolation;
    if (!child || typeof isolation !== 'object' || !('profile' in isolation)) continue;
    if (known.includes(isolation.profile)) continue;
    const near = suggest(isolation.profile, known);
    context.addIssue({
      code: 'custom',
      path: ['sources', name, ...child.at, 'isolation', 'profile'],
      message: `names no profile of \`profiles\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
    });
  }
}

/** What the program of a source may reach. @param folders what it needs to see beside those of the configuration */
export function isolationOf(
  { isolation, limits }: ChildSettings,
  loaded: LoadedConfig,
  folders: readonly SharedFolder[] = [],
): Isolation {
  const { profiles } = loaded.config;
  return resolveIsolation({ isolation, limits, profiles, hidden: ownPaths(loaded), folders });
}

/** Its environment: what it inherits by name, and what the configuration gives it. */
export function environmentOf(
  { env, inherit }: ChildSettings,
  parent: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const inherited = inherit.flatMap((name) => {
    const value = parent[name];
    // Exported shell functions are code, not settings.
    return value === undefined || value.startsWith('()') ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...env };
}

/** What no isolated program may see: what Bailiwick goes by, writes, and proves itself with. */
function ownPaths({ file, config, lock, tlsFiles }: LoadedConfig): string[] {
  const { audit, policies, search } = config;
  const vectors = search.embeddings ? [search.embeddings.cache] : [];
  const { sqlite } = config.state;
  const database = sqlite === undefined ? [] : ['', '-wal', '-shm', '.key'].map((end) => `${sqlite}${end}`);
  return [file, lock.file, ...[policies].flat(), audit.dir, ...database, ...vectors, ...tlsFiles.keys()];
}
