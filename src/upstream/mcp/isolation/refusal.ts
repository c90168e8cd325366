import { BailiwickError } from '../../../errors.ts';

/** A source is not started, because what was asked for cannot be given here. */
export function refuse(source: string, reason: string, advice: string): BailiwickError {
  return new BailiwickError(
    'UPSTREAM_UNAVAILABLE',
    `source ${source} is not started, because it cannot be held to its settings: ${reason}; ${advice}`,
  );
}
