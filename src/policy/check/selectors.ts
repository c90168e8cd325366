import type { Catalog } from '../../catalog/catalog.ts';
import type { Problem } from '../problem.ts';
import type { PlacedRule, RulePath, What } from '../rule.ts';
import { createKnownNames, type KnownNames } from './look-alike.ts';
import type { TargetIndex } from './target-index.ts';

/** A rule or a limit: what is said of selectors is true for both. */
export type Entry = Pick<PlacedRule, 'id' | 'what' | 'positionOf'>;

/** What is known of what policies can be about. */
export interface Offer {
  readonly catalog: Catalog;
  readonly index: TargetIndex;
  /** Sources of which nothing is known. */
  readonly unknown: readonly string[];
  /** Sources of which only the tools are known. */
  readonly withToolsOnly: readonly string[];
}

/** Members whose values name something of the catalog, with the words for what they name. */
const NAMING_MEMBERS = [
  ['tool', 'tool has this name'],
  ['tag', 'tool has this tag'],
  ['method', 'tool has this method'],
  ['path', 'tool has this path'],
  ['resource', 'resource or template has this URI'],
  ['prompt', 'prompt has this name'],
] as const;

type NamingMember = (typeof NAMING_MEMBERS)[number][0];

/** Selectors that match nothing. */
export function createSelectorCheck(offer: Offer): (entry: Entry) => Problem[] {
  const { catalog, index, unknown, withToolsOnly } = offer;
  const sources = [...catalog.contributions.map(({ source }) => source), ...unknown];
  const known = createNames(offer, sources);

  const matchesAny = (selector: What): boolean => index.select(selector).length > 0;
  /** Each value on its own first, so that one misspelt name among good ones is found; then the selector as a whole. */
  const checkSelector = (entry: Entry, what: What, at: RulePath): Problem[] => {
    const problemAt = (where: RulePath, message: string): Problem => ({
      ...entry.positionOf([...at, ...where]),
      message: `${entry.id}: ${message}`,
    });
    const strangers = (what.source ?? []).flatMap((source, position) =>
      sources.includes(source)
        ? []
        : [
            problemAt(
              ['source', position],
              `there is no source \`${source}\`${known('source').advise(source)}`,
            ),
          ],
    );
    const unlisted = what.resource || what.prompt ? [...unknown, ...withToolsOnly] : unknown;
    const mayMeanUnknown = unlisted.some((source) => what.source?.includes(source) ?? true);
    // Which models there are is said nowhere that is looked at here.
    if (strangers.length > 0 || mayMeanUnknown || what.model) return strangers;

    const inSources = what.source === undefined ? '' : ` in ${what.source.join(', ')}`;
    const unmatched = NAMING_MEMBERS.flatMap(([member, noun]) =>
      (what[member] ?? []).flatMap((value, position) => {
        if (matchesAny({ source: what.source, [member]: [value] })) return [];
        const advice =
          (member === 'tool' ? toOwnNameHint(value, catalog) : undefined) ?? known(member).advise(value);
        const message = `${member} \`${value}\` matches nothing: no ${noun}${inSources}${advice}`;
        return [problemAt([member, position], message)];
      }),
    );
    if (unmatched.length > 0 || matchesAny(what)) return unmatched;
    return [problemAt([], 'this selector matches nothing: each member matches something, but not together')];
  };
  return (entry) =>
    (entry.what ?? []).flatMap((what, position) => checkSelector(entry, what, ['what', position]));
}

/** People copy the name they see, which begins with the source. */
function toOwnNameHint(value: string, catalog: Catalog): string | undefined {
  const meant = catalog.toolByShownName(value);
  return meant === undefined
    ? undefined
    : `; policies use a tool's own name: write \`source: ${meant.source}\` and \`tool: ${meant.name}\``;
}

/** All values that a member could have, made when first needed. */
function createNames(
  { catalog, index }: Offer,
  sources: readonly string[],
): (member: NamingMember | 'source') => KnownNames {
  const made = new Map<string, KnownNames>();
  const attributes = index.targets.flatMap((target) => (target.kind === 'tool' ? [target.tool] : []));
  const valuesOf = (member: NamingMember | 'source'): readonly string[] => {
    switch (member) {
      case 'source':
        return sources;
      case 'tool':
        return attributes.map(({ name }) => name);
      case 'tag':
        return attributes.flatMap(({ attributes: { tags } }) => tags ?? []);
      case 'method':
      case 'path':
        return attributes.flatMap((tool) => tool.attributes[member] ?? []);
      case 'resource':
        return [
          ...catalog.resources.map(({ uri }) => uri),
          ...catalog.templates.map((one) => one.uriTemplate),
        ];
      case 'prompt':
        return catalog.prompts.map(({ name }) => name);
    }
  };
  return (member) => {
    const names = made.get(member) ?? createKnownNames(valuesOf(member));
    made.set(member, names);
    return names;
  };
}
