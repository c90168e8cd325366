import { openRedisStore, type RedisStoreDependencies } from '../../../src/state/redis/open-redis.ts';
import { StateSettings } from '../../../src/state/settings.ts';
import type { Store } from '../../../src/state/store.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

export interface RecordingLogger extends Logger {
  readonly lines: readonly LogLine[];
}

export function recordLog(): RecordingLogger {
  const lines: LogLine[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Opens a store by settings as they stand under `state.redis`. */
export function openBy(settings: object, dependencies: Partial<RedisStoreDependencies> = {}): Promise<Store> {
  const { redis } = StateSettings.parse({ redis: settings });
  if (redis === undefined) throw new Error('no redis in the settings');
  return openRedisStore(redis, { logger: recordLog(), ...dependencies });
}

export const urlOf = ({ port }: { readonly port: number }): string => `redis://127.0.0.1:${port}`;
