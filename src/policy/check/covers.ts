import { toCanonicalJson } from '../../catalog/canonical.ts';
import { compileGlob } from '../../text/glob.ts';
import type { Rule, What, Who } from '../rule.ts';
import { selectsTools } from '../select.ts';

/*
 * Which selectors select at least what others do, by what they say alone: true for every catalog and every principal. What cannot
 * be told from the words is answered with no.
 */

/** True where the second selects everybody whom the first selects. */
export function coversWho(narrow: Who | undefined, wide: Who | undefined): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined) return false;
  const { claims: wideClaims = {}, ...wideLists } = wide;
  const isListed = Object.entries(wideLists).every(([member, values]) =>
    isWithin(narrow[member as keyof typeof wideLists], values),
  );
  return (
    isListed &&
    Object.entries(wideClaims).every(
      ([name, values]) =>
        narrow.claims !== undefined &&
        Object.hasOwn(narrow.claims, name) &&
        isWithin(narrow.claims[name], values),
    )
  );
}

/** True where the second selects everything that the first selects. */
export function coversWhat(narrow: readonly What[] | undefined, wide: readonly What[] | undefined): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined) return false;
  return narrow.every((one) => wide.some((other) => coversSelector(one, other)));
}

const GLOBS = ['tool', 'path', 'prompt', 'model'] as const;
const TEXTS = ['source', 'tag', 'method', 'access'] as const;

function coversSelector(narrow: What, wide: What): boolean {
  if (wide.model !== undefined && narrow.model === undefined) return false;
  if (narrow.model !== undefined && wide.model === undefined) return false;
  if (
    wide.resource !== undefined &&
    toCanonicalJson(wide.resource) !== toCanonicalJson(narrow.resource ?? null)
  )
    return false;
  if (wide.prompt !== undefined && narrow.prompt === undefined) return false;
  if (selectsTools(wide) && !selectsTools(narrow)) return isOnlyTools(narrow) && coversMembers(narrow, wide);
  return coversMembers(narrow, wide);
}

function coversMembers(narrow: What, wide: What): boolean {
  return (
    TEXTS.every((member) => wide[member] === undefined || isWithin<string>(narrow[member], wide[member])) &&
    GLOBS.every((member) => {
      const globs = wide[member];
      if (globs === undefined) return true;
      const matchers = globs.map(compileGlob);
      // What a `*` stands for can only be a part of what another `*` stands for.
      return narrow[member]?.every((glob) => matchers.some((matches) => matches(glob))) ?? false;
    })
  );
}

/** The access of everything but tools is `read`. */
function isOnlyTools({ access }: What): boolean {
  return access !== undefined && !access.includes('read');
}

function isWithin<T>(narrow: readonly T[] | undefined, wide: readonly T[] | undefined): boolean {
  return wide === undefined || (narrow?.every((value) => wide.includes(value)) ?? false);
}

/** True where the second does to every call whatever the first does, so that the first could be left out. */
export function makesIdle(rule: Rule, other: Rule): boolean {
  if (rule.effect !== other.effect) return false;
  if (!coversWho(rule.who, other.who) || !coversWhat(rule.what, other.what)) return false;
  if (other.when !== undefined && other.when.text !== rule.when?.text) return false;
  if (rule.stepUp === true && other.stepUp !== true) return false;
  if (!isSame(rule.approvers ?? 'self', other.approvers ?? 'self')) return false;
  return isSame(rule.obligations, other.obligations);
}

function isSame(a: unknown, b: unknown): boolean {
  return toCanonicalJson(a ?? null) === toCanonicalJson(b ?? null);
}
