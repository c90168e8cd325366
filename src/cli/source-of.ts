import type { LoadedConfig } from '../config/load.ts';

/**
 * What has to be connected for a shown tool name: the one source that it can be of, because a source's name has no
 * underscore. Where there is no such source, all of them: then the name is wrong, and what was meant is somewhere in them.
 */
export function sourceOf(shownName: string, loaded: LoadedConfig): { only?: string[] } {
  const source = shownName.split('_')[0] ?? '';
  return Object.hasOwn(loaded.config.sources, source) ? { only: [source] } : {};
}
