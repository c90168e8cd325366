import { childOf, isolationOf } from '../config/child-sources.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Isolation, Limits } from '../upstream/mcp/isolation/isolation.ts';

/** What the program of a source may reach. */
export interface ChildPermissions {
  readonly source: string;
  readonly level: Isolation['level'];
  /** The profile that says so. */
  readonly profile?: string;
  readonly network: boolean;
  /** Absent: whatever Bailiwick's user may read and write. */
  readonly folders?: readonly { readonly path: string; readonly write: boolean }[];
  /** Sizes in bytes. */
  readonly limits: Limits;
  /** Options that the configuration gives the runtime of a container, without their values: they may loosen all this. */
  readonly options?: readonly string[];
  /** Names of variables that the configuration gives it. */
  readonly variables: readonly string[];
}

/** One entry for each source whose program Bailiwick starts. */
export function findChildPermissions(loaded: LoadedConfig): ChildPermissions[] {
  return Object.entries(loaded.config.sources).flatMap(([source, settings]) => {
    const child = childOf(settings);
    if (!child) return [];
    const isolation = isolationOf(child.settings, loaded);
    const chosen = child.settings.isolation;
    return [
      {
        source,
        level: isolation.level,
        ...(typeof chosen === 'object' && 'profile' in chosen && { profile: chosen.profile }),
        network: isolation.level === 'none' || isolation.network,
        ...(isolation.level !== 'none' && {
          folders: isolation.folders.map(({ path, write }) => ({ path, write })),
        }),
        limits: isolation.limits,
        ...optionsOf(isolation),
        variables: [...Object.keys(child.settings.env), ...child.settings.inherit],
      },
    ];
  });
}

function optionsOf(isolation: Isolation): { options?: string[] } {
  if (isolation.level !== 'container') return {};
  const given = [...isolation.runtimeOptions, ...isolation.runOptions];
  const options = given.flatMap((each) => (each.startsWith('-') ? [each.replace(/=.*$/s, '')] : []));
  return options.length === 0 ? {} : { options };
}

/** `files: process isolation (profile offline), no network, reads ./data, memory 512 MiB`. */
export function describePermissions(
  permissions: ChildPermissions,
  toShown: (path: string) => string,
): string {
  const { source, level, profile, network, folders, limits, options } = permissions;
  const by = profile === undefined ? '' : ` (profile ${profile})`;
  const list = (word: string, write: boolean): string[] => {
    const paths = (folders ?? []).filter((folder) => folder.write === write).map(({ path }) => toShown(path));
    return paths.length === 0 ? [] : [`${word} ${paths.join(' ')}`];
  };
  const what =
    level === 'none'
      ? ['no isolation: whatever the user of Bailiwick may']
      : [
          `${level} isolation${by}`,
          network ? 'network' : 'no network',
          ...list('reads', false),
          ...list('writes', true),
        ];
  const loosened = options ? [`and whatever ${options.join(' ')} of its own options allow`] : [];
  return `source ${source}: ${[...what, ...describeLimits(limits), ...loosened].join(', ')}`;
}

function describeLimits({ memory, processes, cpus, cpuSeconds, openFiles }: Limits): string[] {
  const rows: [number | undefined, (value: number) => string][] = [
    [memory, (value) => `memory ${Math.round(value / 2 ** 20)} MiB`],
    [processes, (value) => `${value} processes`],
    [cpus, (value) => `${value} cpus`],
    [cpuSeconds, (value) => `${value} s of processor time`],
    [openFiles, (value) => `${value} open files`],
  ];
  return rows.flatMap(([value, say]) => (value === undefined ? [] : [say(value)]));
}
