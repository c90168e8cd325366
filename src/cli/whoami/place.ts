import type { LoadedConfig } from '../../config/load.ts';
import { parseListen } from '../../server/settings.ts';
import { baseUrlOf } from '../base-url.ts';

/** Where `serve` would be found. */
export interface Place {
  /** Without a slash at its end; tokens are made for that. */
  readonly baseUrl: string;
  /** The address of the listener. */
  readonly host: string;
}

export function placeOf({ config }: Pick<LoadedConfig, 'config'>): Place {
  const { host = '' } = parseListen(config.server.listen) ?? {};
  return {
    baseUrl: baseUrlOf(config.server),
    // A name that stands for this machine is bound to its loopback address.
    host: host === 'localhost' ? '127.0.0.1' : host,
  };
}
