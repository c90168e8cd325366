import type { Target } from '../catalog/entries.ts';
import type { Tool } from '../catalog/tool.ts';
import type { CompiledRule } from './policy-set.ts';
import type { What } from './rule.ts';
import { selectsTools } from './select.ts';

/** Positions of the rules about a target, ascending; no rule is in both. */
export interface About {
  /** Rules that look at the source and access of tools only. The same list for all tools with the same. */
  readonly wide: readonly number[];
  /** All others. */
  readonly close: readonly number[];
}

export type TargetIndex = (target: Target) => About;

const NONE: readonly number[] = [];

/** Files rules by what they look for, so that only those are asked that may be about a target. */
export function createTargetIndex(rules: readonly CompiledRule[]): TargetIndex {
  const all = rules.map((rule, position) => ({ rule, position }));
  const wide = all.filter(({ rule }) => isWide(rule));
  const findClose = createToolFiles(all.filter(({ rule }) => !isWide(rule)));
  const named = new Set(rules.flatMap(({ what }) => (what ?? []).flatMap(({ source }) => source ?? [])));
  const wideLists = new Map<string, readonly number[]>();
  const otherLists = new Map<string, typeof all>();
  // Callers make up names of sources: no list is kept for one that no rule names.
  const toKnown = (source: string): string => (named.has(source) ? source : '');

  function findWide(target: Target, tool: Tool): readonly number[] {
    const key = `${tool.access} ${toKnown(tool.source)}`;
    let list = wideLists.get(key);
    if (list === undefined) {
      list = wide.flatMap(({ rule, position }) => (rule.matchesTarget(target) ? [position] : []));
      wideLists.set(key, list);
    }
    return list;
  }

  return function findAbout(target) {
    if (target.kind === 'tool') {
      return { wide: findWide(target, target.tool), close: findClose(target, target.tool) };
    }
    const source = toKnown(target.source);
    const key = `${target.kind} ${source}`;
    let candidates = otherLists.get(key);
    if (candidates === undefined) {
      candidates = all.filter(({ rule }) => mayBeAbout(rule, target.kind, source));
      otherLists.set(key, candidates);
    }
    return {
      wide: NONE,
      close: candidates.flatMap(({ rule, position }) => (rule.matchesTarget(target) ? [position] : [])),
    };
  };
}

/** True for a rule to which tools of one source and one access are all the same. */
function isWide({ what, duties }: CompiledRule): boolean {
  return duties === undefined && (what ?? []).every((one) => !selectsTools(one));
}

function mayBeAbout({ what }: CompiledRule, kind: 'resource' | 'prompt' | 'model', source: string): boolean {
  if (what === undefined) return true;
  return what.some((one) => {
    if (selectsTools(one) || (one.source && !one.source.includes(source))) return false;
    return kind === 'model' ? one.model !== undefined : one.model === undefined;
  });
}

interface Placed {
  readonly rule: CompiledRule;
  readonly position: number;
}

/** Beginnings of globs are looked up by no more than so many characters. */
const MAX_BEGINNING = 8;

/** Finds the rules about a tool among those that look closely at tools. Remembered for as long as the tool is. */
function createToolFiles(rules: readonly Placed[]): (target: Target, tool: Tool) => readonly number[] {
  const files = new Map<string, Placed[]>();
  const beginnings = new Set<number>();
  for (const placed of rules) {
    for (const key of new Set((placed.rule.what ?? [{}]).flatMap((what) => keysOf(what, beginnings)))) {
      const file = files.get(key);
      if (file === undefined) files.set(key, [placed]);
      else file.push(placed);
    }
  }
  const known = new WeakMap<Tool, readonly number[]>();

  function findAgain(target: Target, tool: Tool): readonly number[] {
    const found = new Set<number>();
    for (const key of keysToSearch(tool, beginnings)) {
      for (const { rule, position } of files.get(key) ?? []) {
        if (!found.has(position) && rule.matchesTarget(target)) found.add(position);
      }
    }
    return found.size === 0 ? NONE : [...found].toSorted((a, b) => a - b);
  }

  return function findClose(target, tool) {
    if (rules.length === 0) return NONE;
    let positions = known.get(tool);
    if (positions === undefined) known.set(tool, (positions = findAgain(target, tool)));
    return positions;
  };
}

/** Where a selector is filed: under all values of one of its members. Nowhere, where it selects no tools. */
function keysOf(what: What, beginnings: Set<number>): string[] {
  if (what.resource ?? what.prompt ?? what.model) return [];
  const keys = memberKeysOf(what, beginnings);
  return (what.source ?? ['']).flatMap((source) => keys.map((key) => `${source} ${key}`));
}

function memberKeysOf({ tool, path, tag, method }: What, beginnings: Set<number>): string[] {
  if (tool) return tool.map((glob) => globKey(glob, beginnings));
  if (path?.every((glob) => !glob.includes('*'))) return path.map((one) => `path ${one}`);
  if (tag) return tag.map((one) => `tag ${one}`);
  if (method) return method.map((one) => `method ${one}`);
  return ['any'];
}

function globKey(glob: string, beginnings: Set<number>): string {
  const star = glob.indexOf('*');
  if (star === -1) return `name ${glob}`;
  const length = Math.min(star, MAX_BEGINNING);
  if (length === 0) return 'any';
  beginnings.add(length);
  return `begins ${glob.slice(0, length)}`;
}

function keysToSearch({ source, name, attributes }: Tool, beginnings: ReadonlySet<number>): string[] {
  const { path, tags = [], method } = attributes;
  const keys = ['any', `name ${name}`, ...tags.map((tag) => `tag ${tag}`)];
  for (const length of beginnings) {
    if (length <= name.length) keys.push(`begins ${name.slice(0, length)}`);
  }
  if (path !== undefined) keys.push(`path ${path}`);
  if (method !== undefined) keys.push(`method ${method}`);
  return keys.flatMap((key) => [`${source} ${key}`, ` ${key}`]);
}
