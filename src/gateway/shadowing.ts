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
  // One after another, so that no more is looked for than is told.
  return offers.flatMap((offer) => [...mentionsIn(offer, named).take(MAX_OF_ONE)]);
}

function* mentionsIn(offer: Contribution, named: ReadonlyMap<string, Tool[]>): Generator<Suspicion> {
  const own = new Set(offer.tools.flatMap((tool) => [tool.name, ownNameOf(tool)]));
  for (const { words: said, speaker } of textsOf(offer)) {
    for (const word of said) {
      const other = named.get(word)?.find(({ source }) => source !== offer.source);
      if (!other || own.has(word)) continue;
      const shown = toShownName(other.source, other.name);
      yield {
        sources: [offer.source, other.source],
        message: `${speaker} speaks of a tool of another source: ${shown}`,
      };
    }
  }
}

/** The texts of an offer that an MCP server wrote, as what in them may be names. */
function* textsOf({ source, server, tools }: Contribution): Generator<{
  readonly words: readonly string[];
  readonly speaker: string;
}> {
  yield { words: wordsOf(server?.instructions ?? ''), speaker: `the instructions of source ${source}` };
  for (const tool of tools) {
    if (tool.binding.kind !== 'mcp') continue;
    yield { words: wordsOfTool(tool), speaker: `the description of ${toShownName(tool.source, tool.name)}` };
  }
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
