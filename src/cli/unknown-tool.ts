import { toShownName } from '../catalog/names.ts';
import type { App } from '../app.ts';
import type { Tool } from '../catalog/tool.ts';
import { PLAIN_NAMES, type Window } from '../gateway/window.ts';
import { suggest } from '../text/suggest.ts';
import { BailiwickError } from '../errors.ts';

/** What does at the command line what the built-in tools do for agents. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['find_tools', 'here it is `bailiwick find "list open tickets"`'],
  ['describe_tool', 'here `bailiwick tools --json` describes all tools'],
  ['call_tool', 'here `bailiwick call <tool>` calls any tool by its own name'],
]);

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
    exists = false,
    as,
    held,
    window = PLAIN_NAMES,
  }: {
    name: string;
    visible: readonly Tool[];
    /** A tool of this name is in the catalog: said to whoever names no principal, and is shown the whole catalog. */
    exists?: boolean;
    as: string | undefined;
    /** Whose names are meant; without one, those of `/mcp`. */
    window?: Pick<Window, 'endpoint' | 'nameAt'>;
    held: ReturnType<App['held']>;
  },
): BailiwickError {
  const { endpoint } = window;
  const hint = findMeant(name, visible, window);
  const through = endpoint.kind === 'catalog' ? ` --catalog ${endpoint.name}` : '';
  const list = `bailiwick tools${through}${as === undefined ? '' : ` --as ${as}`}`;
  const isHeld = held.some(({ tool }) => toShownName(tool.source, tool.name) === name);
  const builtIn = BUILT_IN.get(name);
  const advice = builtIn
    ? `it is for agents, and built in: ${builtIn}`
    : isHeld
      ? 'it is held back by the lock: `bailiwick tools --held` says why'
      : exists && as === undefined
        ? 'it is in the catalog, but you call as `local`, who may not see it; --as names another principal'
        : hint === undefined
          ? `\`${list}\` lists what there is`
          : `did you mean ${hint}?`;
  return new BailiwickError(refusal.code, `${refusal.message}\n  ${advice}`, { cause: refusal });
}

/** People leave the source out, do not know that a catalog renames, or mistype. */
function findMeant(
  name: string,
  visible: readonly Tool[],
  { nameAt }: Pick<Window, 'nameAt'>,
): string | undefined {
  const shown = visible.map((tool) => nameAt(tool, 'tool'));
  const position = visible.findIndex(
    (tool) => tool.name === name || toShownName(tool.source, tool.name) === name,
  );
  return position === -1 ? suggest(name, shown) : shown[position];
}
