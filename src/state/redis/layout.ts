import { randomUUID } from 'node:crypto';
import { BailiwickError } from '../../errors.ts';
import type { Keys } from './keys.ts';
import { toLayoutScript } from './scripts/layout-script.ts';

/** How the keys are laid out, and how older versions become this one. */
export interface Layout {
  readonly version: number;
  /** By the version that each starts from: Lua that sees `KEYS` and takes it to the next. */
  readonly migrations: Readonly<Record<number, string>>;
}

export const LAYOUT: Layout = { version: 1, migrations: {} };

/** The script that creates the keys, or migrates them, and its arguments, whose last is new each time: who made the keys. */
export function toLayoutStep(layout: Layout, keys: Keys) {
  return {
    lua: toLayoutScript(layout.migrations),
    keys: keys.all,
    args: () => [String(layout.version), keys.kinds, randomUUID()] as const,
  } as const;
}

/** @throws BailiwickError `STATE_UNAVAILABLE` where the version found is not the one that was to be reached */
export function assertLayout(layout: Layout, found: number, title: string): void {
  if (found === layout.version) return;
  const what = `the state in ${title} has layout ${found}, and this version of Bailiwick knows ${layout.version}`;
  throw new BailiwickError(
    'STATE_UNAVAILABLE',
    found > layout.version
      ? `${what}: it was written by a newer one. Run that one, or set another state.redis.prefix to begin anew`
      : `${what}: there is no way from the one to the other`,
  );
}
