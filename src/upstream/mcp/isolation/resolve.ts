import type { Isolation, Limits, SharedFolder } from './isolation.ts';
import { toBytes, type LimitsSettings } from './limits-settings.ts';
import type { IsolationSettings, PermissionProfile, ProfilesSettings } from './settings.ts';

export interface ResolveOptions {
  readonly isolation: IsolationSettings | undefined;
  /** The source's own limits, which stand before those of a profile, each by itself. */
  readonly limits: LimitsSettings | undefined;
  readonly profiles: ProfilesSettings;
  /** See `Isolation`. */
  readonly hidden: readonly string[];
  /** What the child needs to see beside the configured folders. */
  readonly folders?: readonly SharedFolder[];
}

/** What a source may reach, from what its settings say. All paths in them are absolute by now, and profiles known. */
export function resolveIsolation(options: ResolveOptions): Isolation {
  const { hidden } = options;
  const chosen = toPermissions(options.isolation, options.profiles);
  const limits = toLimits({ ...chosen.limits, ...options.limits });
  if (chosen.level === 'none') return { level: 'none', limits };
  const configured = (chosen.folders ?? []).map((folder): SharedFolder => {
    if (typeof folder === 'string') return { path: folder, at: folder, write: false };
    return { path: folder.path, at: folder.at ?? folder.path, write: folder.write };
  });
  const shared = {
    network: chosen.network ?? false,
    folders: [...(options.folders ?? []), ...configured],
    limits,
    hidden,
  };
  if (chosen.level === 'process') return { level: 'process', ...shared };
  const { image = '', pull = 'missing', runtime, runtimeOptions = [], runOptions = [] } = chosen;
  return {
    level: 'container',
    image,
    pull,
    ...(runtime && { runtime }),
    runtimeOptions,
    runOptions,
    ...shared,
  };
}

/** The permissions that a source asks for, whether by name or by itself. */
function toPermissions(
  isolation: IsolationSettings | undefined,
  profiles: ProfilesSettings,
): Pick<PermissionProfile, 'level'> & Partial<PermissionProfile> {
  if (isolation === undefined) return { level: 'none' };
  if (typeof isolation === 'string') return { level: isolation };
  if (!('profile' in isolation)) return isolation;
  const profile = profiles[isolation.profile];
  if (!profile) throw new TypeError('the profile was not checked');
  return profile;
}

function toLimits(settings: LimitsSettings): Limits {
  const { memory, processes, cpus, cpuSeconds, openFiles } = settings;
  return {
    ...(memory !== undefined && { memory: toBytes(memory) }),
    ...(processes !== undefined && { processes }),
    ...(cpus !== undefined && { cpus }),
    ...(cpuSeconds !== undefined && { cpuSeconds }),
    ...(openFiles !== undefined && { openFiles }),
  };
}
