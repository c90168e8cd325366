import { toShownName } from '../catalog/names.ts';
import type { Tool } from '../catalog/tool.ts';
import { suggest } from '../config/suggest.ts';
import { BailiwickError } from '../errors.ts';

/**
 * The refusal of a tool's name, with the tool that was probably meant.
 *
 * @param visible What the caller sees; nothing else is ever suggested, so that a hidden tool stays one that does not exist.
 */
export function hintAtTool(
  refusal: BailiwickError,
  { name, visible, as }: { name: string; visible: readonly Tool[]; as: string | undefined },
): BailiwickError {
  const hint = findMeant(name, visible);
  const list = `bailiwick tools${as === undefined ? '' : ` --as ${as}`}`;
  return new BailiwickError(
    refusal.code,
    `${refusal.message}\n  ${hint === undefined ? `\`${list}\` lists what there is` : `did you mean ${hint}?`}`,
    { cause: refusal },
  );
}

/** People leave the source out, or mistype. */
function findMeant(name: string, visible: readonly Tool[]): string | undefined {
  const shown = visible.map((tool) => toShownName(tool.source, tool.name));
  const position = visible.findIndex((tool) => tool.name === name);
  return position === -1 ? suggest(name, shown) : shown[position];
}
