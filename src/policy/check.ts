import type { Catalog } from '../catalog/catalog.ts';
import type { Target } from '../catalog/entries.ts';
import { toCanonicalJson } from '../catalog/canonical.ts';
import { toShownName } from '../catalog/names.ts';
import type { Tool } from '../catalog/tool.ts';
import type { CompiledLimit, LimitMeasure } from './limit.ts';
import { toLimitMeaning, toMeaning, type CompiledRule, type PolicySet } from './policy-set.ts';
import { inFileOrder, type Problem } from './problem.ts';
import type { PlacedRule, RulePath, What } from './rule.ts';
import { compileWhat } from './select.ts';

/** What is known beside the catalog. */
export interface CheckContext {
  /** Tools of the lock: what is in the lock means something, also where its source does not offer it now. */
  readonly locked?: readonly Tool[];
  /** Sources of whose offer the catalog has the tools only: what resources and prompts they have is unknown. */
  readonly withToolsOnly?: readonly string[];
  /** Sources that are configured and missing from the catalog. What they would offer is unknown, so no selector that may mean it is said to match nothing. */
  readonly unknown?: readonly string[];
}

/** In the order of the files. */
export interface Review {
  /** What cannot be meant. */
  readonly problems: readonly Problem[];
  /** What may be meant, and probably is not. */
  readonly warnings: readonly Problem[];
}

/**
 * What is wrong with a policy that is well-formed: selectors that match nothing in the catalog, rules and limits that say
 * what another says, limits that tell nothing apart, policies that permit nothing at all.
 */
export function checkPolicies(policy: PolicySet, catalog: Catalog, context: CheckContext = {}): Review {
  const offer = toOffer(catalog, context);
  const problems = inFileOrder([
    ...checkSelectors([...policy.rules, ...policy.limits], catalog, context),
    ...findRepeatedMeanings(policy.rules, toMeaning),
    ...findRepeatedMeanings(policy.limits, toLimitMeaning),
    ...policy.limits.flatMap((limit) => findIdleCounts(limit, offer)),
    ...findNoPermit(policy.rules),
  ]);
  return { problems, warnings: [] };
}

/** A rule or a limit, or something else with selectors: what is said of them is true for all. */
type Entry = Pick<PlacedRule, 'id' | 'what' | 'positionOf'>;

/** Selectors that match nothing. */
export function checkSelectors(
  entries: readonly Entry[],
  catalog: Catalog,
  context: CheckContext = {},
): Problem[] {
  const offer = toOffer(catalog, context);
  return entries.flatMap((entry) =>
    (entry.what ?? []).flatMap((what, index) => checkSelector(entry, what, ['what', index], offer)),
  );
}

function toOffer(catalog: Catalog, { locked, unknown: unreachable = [] }: CheckContext): Offer {
  const known = new Set([...catalog.contributions.map(({ source }) => source), ...unreachable]);
  return { catalog, targets: toTargets(catalog, locked), known, unreachable };
}

interface Offer {
  readonly catalog: Catalog;
  readonly targets: readonly Target[];
  /** Sources that exist, whether they answered or not. */
  readonly known: ReadonlySet<string>;
  readonly unreachable: readonly string[];
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

/** Each value on its own first, so that one misspelt name among good ones is found; then the selector as a whole. */
function checkSelector(
  entry: Entry,
  what: What,
  path: RulePath,
  { catalog, targets, known, unreachable }: Offer,
): Problem[] {
  const problemAt = (where: RulePath, message: string): Problem => ({
    ...entry.positionOf([...path, ...where]),
    message: `${entry.id}: ${message}`,
  });
  const matchesAny = (selector: What): boolean => targets.some(compileWhat([selector], 'deny'));

  const strangers = (what.source ?? []).flatMap((source, index) =>
    known.has(source) ? [] : [problemAt(['source', index], `there is no source \`${source}\``)],
  );
  const mayMeanUnknown = unreachable.some((source) => what.source?.includes(source) ?? true);
  if (strangers.length > 0 || mayMeanUnknown) return strangers;

  const inSources = what.source === undefined ? '' : ` in ${what.source.join(', ')}`;
  const unmatched = NAMING_MEMBERS.flatMap(([member, noun]) =>
    (what[member] ?? []).flatMap((value, index) =>
      matchesAny({ source: what.source, [member]: [value] })
        ? []
        : [
            problemAt(
              [member, index],
              `${member} \`${value}\` matches nothing: no ${noun}${inSources}${member === 'tool' ? toOwnNameHint(value, catalog) : ''}`,
            ),
          ],
    ),
  );
  if (unmatched.length > 0 || matchesAny(what)) return unmatched;
  return [problemAt([], 'this selector matches nothing: each member matches something, but not together')];
}

/** People copy the name they see, which begins with the source. */
function toOwnNameHint(value: string, { tools }: Catalog): string {
  const meant = tools.find(({ source, name }) => toShownName(source, name) === value);
  return meant === undefined
    ? ''
    : `; policies use a tool's own name: write \`source: ${meant.source}\` and \`tool: ${meant.name}\``;
}

function findRepeatedMeanings<T extends Entry>(
  entries: readonly T[],
  meaningOf: (entry: T) => unknown,
): Problem[] {
  const firsts = new Map<string, T>();
  return entries.flatMap((entry) => {
    const meaning = toCanonicalJson(meaningOf(entry));
    const first = firsts.get(meaning);
    if (first !== undefined) {
      return [
        { ...entry.positionOf([]), message: `${entry.id}: says the same as ${first.id}; remove one of them` },
      ];
    }
    firsts.set(meaning, entry);
    return [];
  });
}

/** Counts of their own for each of what nothing is: all of it would be counted together, which is not what was written. */
function findIdleCounts(limit: CompiledLimit, { targets, unreachable }: Offer): Problem[] {
  const matched = targets.filter(limit.matchesTarget);
  if (matched.length === 0) return [];
  const isIdle = ({ by }: LimitMeasure): boolean =>
    by === 'model' ||
    (by === 'tool' && unreachable.length === 0 && matched.every(({ kind }) => kind !== 'tool'));
  const idle = new Map(limit.measures.filter(isIdle).map((measure) => [measure.by, measure.kind]));
  return [...idle].map(([by, kind]) => ({
    ...limit.positionOf([kind, 'by']),
    message: `${limit.id}: \`by: ${by}\` tells nothing apart: nothing that this limit is about is a ${by}`,
  }));
}

function findNoPermit(rules: readonly CompiledRule[]): Problem[] {
  const [first] = rules;
  if (first === undefined || rules.some(({ effect }) => effect === 'permit')) return [];
  const message =
    'no policy permits anything, so every call is denied; `deny` and `approve` only take from what a permit or a scope opens';
  return [{ ...first.positionOf([]), message }];
}

function toTargets(catalog: Catalog, locked: readonly Tool[] = []): Target[] {
  return [
    ...[...catalog.tools, ...locked].map((tool): Target => ({ kind: 'tool', tool })),
    ...catalog.resources.map(({ source, uri }): Target => ({ kind: 'resource', source, uri })),
    ...catalog.templates.map(({ source, uriTemplate }): Target => ({
      kind: 'resource',
      source,
      uri: uriTemplate,
    })),
    ...catalog.prompts.map(({ source, name }): Target => ({ kind: 'prompt', source, name })),
  ];
}
