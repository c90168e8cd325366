import type { Contribution } from '../../catalog/entries.ts';
import type { Tool } from '../../catalog/tool.ts';
import { compileGlob } from '../../text/glob.ts';
import { suggest } from '../../text/suggest.ts';
import { readHintFile, type HintEntry } from './hint-file.ts';

/** The hints of all files that the configuration names. */
export interface HintBook {
  readonly entries: readonly HintEntry[];
  /**
   * A source's offer with the hints of its tools, and a warning for each entry that means none of them. The same object for the same
   * offer, and the same tools for those that have no hints: what follows the catalog sees no change.
   */
  give(contribution: Contribution): Contribution;
  /** Entries about sources that are not configured, and where the first of each stands. */
  strangers(sources: readonly string[]): (HintEntry['sourcePosition'] & { readonly message: string })[];
}

/**
 * Reads files of hints.
 *
 * @param before The book that this one takes the place of: it stays where no file changed.
 * @throws BailiwickError `CONFIGURATION` with every problem of the first file that has one.
 */
export function openHints(
  files: readonly { readonly file: string; readonly text: string }[],
  before?: OpenedHints,
): OpenedHints {
  const read = JSON.stringify(files);
  if (before?.read === read) return before;
  const entries = files.flatMap(readHintFile);
  const bySource = Map.groupBy(entries, ({ source }) => source);
  const given = new WeakMap<Contribution, Contribution>();
  return {
    read,
    entries,
    give(contribution) {
      const own = bySource.get(contribution.source);
      if (own === undefined) return contribution;
      const made = given.get(contribution) ?? giveHints(contribution, own);
      given.set(contribution, made);
      return made;
    },
    strangers: (sources) =>
      [...bySource].flatMap(([source, [first]]) =>
        first === undefined || sources.includes(source)
          ? []
          : [
              {
                ...first.sourcePosition,
                message: `there is no source \`${source}\`${didYouMean(source, sources)}`,
              },
            ],
      ),
  };
}

/** A book that knows what it was made of. */
interface OpenedHints extends HintBook {
  readonly read: string;
}

function giveHints(contribution: Contribution, entries: readonly HintEntry[]): Contribution {
  const byName = Map.groupBy(entries, ({ tool }) => tool);
  const globs = entries.filter(({ tool }) => tool.includes('*'));
  const compiled = globs.map(({ tool, hints }) => ({ matches: compileGlob(tool), hints }));
  const tools = contribution.tools.map((tool) => {
    const own = byName.get(tool.name)?.flatMap(({ hints }) => hints) ?? [];
    const general = compiled.filter(({ matches }) => matches(tool.name)).flatMap(({ hints }) => hints);
    return withHints(tool, [...own, ...general]);
  });
  const warnings = unknownTools(contribution, entries).map(({ place, message }) => `${place}  ${message}`);
  return {
    ...contribution,
    tools,
    ...(warnings.length > 0 && { warnings: [...(contribution.warnings ?? []), ...warnings] }),
  };
}

/** Entries that mean no tool of their source, each with what to say of it. */
export function unknownTools(
  { source, tools }: Contribution,
  entries: readonly HintEntry[],
): { readonly tool: string; readonly place: string; readonly message: string }[] {
  const names = tools.map(({ name }) => name);
  const known = new Set(names);
  return entries
    .filter(({ tool }) => (tool.includes('*') ? !names.some(compileGlob(tool)) : !known.has(tool)))
    .map(({ tool, place }) => {
      const what = tool.includes('*') ? 'no tool of the source matches' : 'the source has no tool';
      const own = withoutPrefix(tool, source);
      const isOwn = own.includes('*') ? names.some(compileGlob(own)) : known.has(own);
      const hint = isOwn
        ? `; tools are named without their source here: \`${own}\``
        : didYouMean(own, names) || didYouMean(tool, names);
      return { tool, place, message: `${what} \`${tool}\`${hint}` };
    });
}

/** The own name in what `/mcp` shows, which is what people know. */
function withoutPrefix(name: string, source: string): string {
  return name.startsWith(`${source}_`) ? name.slice(source.length + 1) : name;
}

/** A copy of the tool; its schemas stay unread where nobody asked for them. */
function withHints(tool: Tool, added: readonly string[]): Tool {
  const hints = [...new Set([...(tool.hints ?? []), ...added])];
  if (hints.length === (tool.hints?.length ?? 0)) return tool;
  const members = { ...Object.getOwnPropertyDescriptors(tool), hints: { value: hints, enumerable: true } };
  return Object.defineProperties({}, members) as Tool;
}

function didYouMean(word: string, known: readonly string[]): string {
  const near = suggest(word, known);
  return near === undefined ? '' : `; did you mean \`${near}\`?`;
}
