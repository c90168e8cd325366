import type { LoadedConfig } from '../config/load.ts';

/** The one source that a shown tool name can be of, or none: a source's name has no underscore. */
export function sourceOf(shownName: string, loaded: LoadedConfig): string[] {
  const source = shownName.split('_')[0] ?? '';
  return Object.hasOwn(loaded.config.sources, source) ? [source] : [];
}
