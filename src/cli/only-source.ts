import type { LoadedConfig } from '../config/load.ts';
import { BailiwickError } from '../errors.ts';

/**
 * What `--source` means for an app: connect that one alone.
 *
 * @throws BailiwickError `USAGE` where the configuration has no such source.
 */
export function onlySource({ config, file }: LoadedConfig, source: string | undefined): { only?: string[] } {
  if (source === undefined) return {};
  if (Object.hasOwn(config.sources, source)) return { only: [source] };
  const known = Object.keys(config.sources).join(', ') || 'none';
  throw new BailiwickError('USAGE', `--source: no source "${source}" in ${file}; there is ${known}`);
}
