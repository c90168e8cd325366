import type { Logger } from '../../telemetry/logger.ts';

/** Says the same thing at most once a minute: what goes wrong with Redis goes wrong for each call. */
export interface Warnings {
  say(about: string, message: string): void;
  /** Says it once in the life of the process. */
  sayOnce(level: 'warn' | 'info', message: string): void;
}

const QUIET_MS = 60_000;
const MOST_REMEMBERED = 100;

export function createWarnings(logger: Logger): Warnings {
  const said = new Map<string, number>();
  const saidOnce = new Set<string>();
  return {
    say(about, message) {
      const now = performance.now();
      const last = said.get(about);
      if (last !== undefined && now - last < QUIET_MS) return;
      if (said.size >= MOST_REMEMBERED) said.clear();
      said.set(about, now);
      logger.warn({}, message);
    },
    sayOnce(level, message) {
      if (saidOnce.has(message)) return;
      saidOnce.add(message);
      logger[level]({}, message);
    },
  };
}
