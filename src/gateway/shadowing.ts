import type { Contribution } from '../catalog/entries.ts';
import { toShownName } from '../catalog/names.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Suspicion } from './look-alikes.ts';

/** How many suspicions are had of one source: a text that names all tools is as bad as ten. */
const MAX_OF_ONE = 10;

/**
 * Tools, and instructions, of MCP servers whose text speaks of a tool of another source by its name. Such a text steers what a
 * model does with tools that are not its own ("tool shadowing").
 */
export function findShadowing(offers: readonly Contribution[]): Suspicion[] {
  const named = namesOf(offers);
  return offers.flatMap((offer) => {
    const own = new Set(offer.tools.flatMap((tool) => [tool.name, ownNameOf(tool)]));
    const mentionsIn = (words: readonly string[], speaker: string): Suspicion[] =>
      words.flatMap((word) => {
        const others = (named.get(word) ?? []).filter(({ source }) => source !== offer.source);
        const [other] = others;
        if (!other || own.has(word)) return [];
        const shown = toShownName(other.source, other.name);
        return [
          {
            sources: [offer.source, other.source],
            message: `${speaker} speaks of a tool of another source: ${shown}`,
          },
        ];
      });
    const ofInstructions = mentionsIn(
      wordsOf(offer.server?.instructions ?? ''),
      `the instructions of source ${offer.source}`,
    );
    const ofTools = offer.tools.flatMap((tool) =>
      tool.binding.kind === 'mcp'
        ? mentionsIn(wordsOfTool(tool), `the description of ${toShownName(tool.source, tool.name)}`)
        : [],
    );
    return [...ofInstructions, ...ofTools].slice(0, MAX_OF_ONE);
  });
}

/** Every name by which a text may mean a tool. */
function namesOf(offers: readonly Contribution[]): Map<string, Tool[]> {
  const named = new Map<string, Tool[]>();
  for (const tool of offers.flatMap(({ tools }) => tools)) {
    const names = new Set([toShownName(tool.source, tool.name), tool.name, ownNameOf(tool)]);
    for (const name of names) {
      if (!isTelling(name)) continue;
      const known = named.get(name);
      if (known) known.push(tool);
      else named.set(name, [tool]);
    }
  }
  return named;
}

function ownNameOf({ name, binding }: Tool): string {
  return binding.kind === 'mcp' ? binding.upstreamName : name;
}

/** A name that is no word of a language: `read_file`, `getUser`; `search` and `list` mean nothing by themselves. */
function isTelling(name: string): boolean {
  return name.length >= 5 && /[A-Za-z0-9][_.-][A-Za-z0-9]|[a-z][A-Z]/.test(name);
}

const words = new WeakMap<Tool, readonly string[]>();

function wordsOfTool(tool: Tool): readonly string[] {
  let known = words.get(tool);
  if (known === undefined) {
    known = wordsOf(tool.description);
    words.set(tool, known);
  }
  return known;
}

/** What in a text may be a name, each once. */
function wordsOf(text: string): readonly string[] {
  const found = text.match(/[A-Za-z0-9]+(?:[_.-]+[A-Za-z0-9]+)*/g) ?? [];
  return [...new Set(found.filter(isTelling))];
}
