import type { JsonObject } from '../catalog/json.ts';
import { toBailiwickError, type BailiwickError } from '../errors.ts';
import { withPins } from './catalogs/pins.ts';
import type { Caller } from './road.ts';
import { windowOf } from './window.ts';

/** Arguments with what the endpoint of a call fixes put in. */
export interface PinnedArguments {
  /** As they were sent, where that contradicts what is fixed. */
  readonly args: JsonObject;
  /** `INVALID_ARGUMENTS`: told to whom the tool is visible, and to nobody else. */
  readonly conflict?: BailiwickError;
}

/**
 * What decisions see, validation checks and an upstream gets of a call through an endpoint that pins arguments of the tool.
 *
 * @param name of the tool as the endpoint shows it, or of none
 */
export function pinArguments(
  caller: Pick<Caller, 'endpoint' | 'snapshot'>,
  name: string,
  args: JsonObject,
): PinnedArguments {
  const window = windowOf(caller.snapshot, caller.endpoint);
  const tool = window.toolNamed(name);
  if (!tool) return { args };
  try {
    return { args: withPins(window.pinsOf(tool), args) };
  } catch (error) {
    return { args, conflict: toBailiwickError(error) };
  }
}
