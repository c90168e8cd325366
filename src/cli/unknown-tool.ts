import { toShownName } from '../catalog/names.ts';
import type { App } from '../app.ts';
import type { Tool } from '../catalog/tool.ts';
import { suggest } from '../text/suggest.ts';
import { BailiwickError } from '../errors.ts';

/**
 * The refusal of a tool's name, with the tool that was probably meant.
 *
 * @param visible What the caller sees; nothing else is ever suggested, so that a hidden tool stays one that does not exist.
 * @param held What the lock holds back. Said to whoever runs the command: it reads the lock itself.
 */
export function hintAtTool(
  refusal: BailiwickError,
  {
    name,
    visible,
    as,
    held,
  }: {
    name: string;
    visible: readonly Tool[];
    as: string | undefined;
    held: ReturnType<App['held']>;
  },
): BailiwickError {
  const hint = findMeant(name, visible);
  const list = `bailiwick tools${as === undefined ? '' : ` --as ${as}`}`;
  const isHeld = held.some(({ tool }) => toShownName(tool.source, tool.name) === name);
  const advice = isHeld
    ? 'it is held back by the lock: `bailiwick tools --held` says why'
    : hint === undefined
      ? `\`${list}\` lists what there is`
      : `did you mean ${hint}?`;
  return new BailiwickError(refusal.code, `${refusal.message}\n  ${advice}`, { cause: refusal });
}

/** People leave the source out, or mistype. */
function findMeant(name: string, visible: readonly Tool[]): string | undefined {
  const shown = visible.map((tool) => toShownName(tool.source, tool.name));
  const position = visible.findIndex((tool) => tool.name === name);
  return position === -1 ? suggest(name, shown) : shown[position];
}
