import type { Contribution } from '../catalog/entries.ts';
import { toShownName } from '../catalog/names.ts';
import type { Tool } from '../catalog/tool.ts';
import { escapeControls } from '../telemetry/escape.ts';
import { toSkeleton } from '../text/skeleton.ts';

/** What is worth a second look at what sources offer together. Nothing is held back for it: that is the lock's to do. */
export interface Suspicion {
  /** Every source that it is about; the first is the one whose texts are to be read. */
  readonly sources: readonly string[];
  readonly message: string;
}

/** How many tools one suspicion names. */
const MAX_NAMED = 10;

/**
 * Tools of different sources whose names, or titles, are not the same but may be taken for one another: another script, another
 * case, `-` for `_`, `l` for `1`. Names that are equal are told apart by their sources, as every name is.
 */
export function findLookAlikes(offers: readonly Contribution[]): Suspicion[] {
  const tools = offers.flatMap((offer) => offer.tools);
  return [
    ...findGroups(tools, 'names', (tool) => toShownName(tool.source, tool.name)),
    ...findGroups(tools, 'names', nameOf),
    ...findGroups(tools, 'titles', ({ title }) => title),
  ].filter(isFirst());
}

function findGroups(
  tools: readonly Tool[],
  what: 'names' | 'titles',
  textOf: (tool: Tool) => string | undefined,
): Suspicion[] {
  const groups = new Map<string, Tool[]>();
  for (const tool of tools) {
    const text = textOf(tool);
    if (text === undefined || text === '') continue;
    const skeleton = skeletonOf(text);
    const group = groups.get(skeleton);
    if (group) group.push(tool);
    else groups.set(skeleton, [tool]);
  }
  return [...groups.values()].flatMap((group) => {
    // One of each text: two sources with a tool `search` look alike to nobody who sees `a_search` and `b_search`.
    const distinct = [...new Map(group.map((tool) => [textOf(tool), tool])).values()];
    if (new Set(distinct.map(({ source }) => source)).size < 2) return [];
    const named = distinct.slice(0, MAX_NAMED).map((tool) => describe(tool, what));
    const more = distinct.length > MAX_NAMED ? ` and ${distinct.length - MAX_NAMED} more` : '';
    const sources = [...new Set(distinct.toSorted(byTrust).map(({ source }) => source))];
    return [{ sources, message: `tools with ${what} that look alike: ${named.join(', ')}${more}` }];
  });
}

/** As its source calls it. */
function nameOf({ name, binding }: Tool): string {
  return binding.kind === 'mcp' ? binding.upstreamName : name;
}

function describe(tool: Tool, what: 'names' | 'titles'): string {
  const shown = toShownName(tool.source, tool.name);
  const own = what === 'titles' ? tool.title : nameOf(tool);
  return own === undefined || own === tool.name ? shown : `${shown} (${quote(own)})`;
}

/** With all that is not ASCII as `\u…`: what looks alike has to look different here. */
function quote(text: string): string {
  const cut = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  const ascii = escapeControls(cut).replace(
    /[^\x20-\x7E…]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${ascii}"`;
}

/** Those of MCP servers first: their names and texts are theirs to change at any time. */
function byTrust(a: Tool, b: Tool): number {
  return Number(b.binding.kind === 'mcp') - Number(a.binding.kind === 'mcp');
}

/** Of tools that look alike in more than one way, one line is enough. */
function isFirst(): (suspicion: Suspicion) => boolean {
  const seen = new Set<string>();
  return ({ message }) => {
    const isNew = !seen.has(message);
    seen.add(message);
    return isNew;
  };
}

/** Skeletons of recent texts: sources are compared anew whenever one of them changes. */
const skeletons = new Map<string, string>();
const MAX_SKELETONS = 50_000;

function skeletonOf(text: string): string {
  let skeleton = skeletons.get(text);
  if (skeleton === undefined) {
    if (skeletons.size >= MAX_SKELETONS) skeletons.clear();
    skeleton = toSkeleton(text);
    skeletons.set(text, skeleton);
  }
  return skeleton;
}
