import type { Target } from '../../src/catalog/entries.ts';
import type { Principal } from '../../src/identity/principal.ts';
import type { Decision } from '../../src/policy/decision.ts';
import type { Rule, What, Who } from '../../src/policy/rule.ts';

/**
 * The policy language once more, written from its description and as plainly as possible: no compilation, no sharing, a
 * scope search over every subset. What the real evaluator is compared with.
 */
export function naiveDecide(
  rules: readonly Rule[],
  principal: Principal,
  target: Target,
  scopes: readonly string[],
): Decision {
  const effect = naiveEffect(rules, principal, target);
  const ids = (wanted: readonly string[]) =>
    rules
      .filter((rule) => wanted.includes(rule.effect) && applies(rule, principal, target))
      .map(({ id }) => id)
      .toSorted();
  if (effect === 'permit') return { effect, rules: ids(['permit']) };
  if (effect === 'approve') return { effect, rules: ids(['approve', 'permit']), approvers: ['self'] };
  const denies = ids(['deny']);
  if (denies.length > 0) return { effect, rules: denies, reason: 'rule', missingScopes: [] };
  const missingScopes =
    subsetsBySize(scopes).find(
      (added) =>
        naiveEffect(rules, { ...principal, scopes: [...principal.scopes, ...added] }, target) !== 'deny',
    ) ?? [];
  return { effect, rules: [], reason: 'no-rule', missingScopes };
}

function naiveEffect(rules: readonly Rule[], principal: Principal, target: Target): Decision['effect'] {
  const has = (effect: string) =>
    rules.some((rule) => rule.effect === effect && applies(rule, principal, target));
  if (has('deny') || !has('permit')) return 'deny';
  return has('approve') ? 'approve' : 'permit';
}

export function applies(rule: Rule, principal: Principal, target: Target): boolean {
  return isAbout(rule.who ?? {}, principal) && (rule.what?.some((what) => covers(what, target)) ?? true);
}

function isAbout(who: Who, principal: Principal): boolean {
  if (who.scopes && !who.scopes.some((scope) => principal.scopes.includes(scope))) return false;
  if (who.groups && !who.groups.some((group) => principal.groups.includes(group))) return false;
  if (who.team && !who.team.some((team) => team === principal.team)) return false;
  if (who.subject && !who.subject.some((subject) => subject === principal.subject)) return false;
  if (who.client && !who.client.some((client) => client === principal.client)) return false;
  if (who.issuer && !who.issuer.some((issuer) => issuer === principal.issuer)) return false;
  for (const [name, wanted] of Object.entries(who.claims ?? {})) {
    const claim = new Map(Object.entries(principal.claims)).get(name);
    const held: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
    if (!wanted.some((value) => held.includes(value))) return false;
  }
  return true;
}

function covers(what: What, target: Target): boolean {
  const source = target.kind === 'tool' ? target.tool.source : target.source;
  if (what.source && !what.source.includes(source)) return false;
  if (what.access && !what.access.includes(target.kind === 'tool' ? target.tool.access : 'read'))
    return false;
  const onlyTools = what.tool || what.tag || what.method || what.path;
  if (target.kind === 'tool') {
    if (what.resource || what.prompt || what.model) return false;
    const { name, attributes } = target.tool;
    if (what.tool && !what.tool.some((glob) => fits(glob, name))) return false;
    if (what.tag && !what.tag.some((tag) => (attributes.tags ?? []).includes(tag))) return false;
    if (what.method && !what.method.some((method) => method === attributes.method)) return false;
    const { path } = attributes;
    return !what.path || (path !== undefined && what.path.some((glob) => fits(glob, path)));
  }
  if (onlyTools) return false;
  if (target.kind === 'model') {
    return !what.resource && !what.prompt && (what.model ?? []).some((glob) => fits(glob, target.name));
  }
  if (what.model) return false;
  if (target.kind === 'resource') {
    return !what.prompt && (!what.resource || what.resource.some((glob) => fits(glob, target.uri)));
  }
  return !what.resource && (!what.prompt || what.prompt.some((glob) => fits(glob, target.name)));
}

/** Tries every length for every `*`. */
export function fits(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  if (glob.startsWith('*')) return fits(glob.slice(1), text) || (text !== '' && fits(glob, text.slice(1)));
  return text !== '' && glob[0] === text[0] && fits(glob.slice(1), text.slice(1));
}

/** Smallest first; of one size, in order. */
export function subsetsBySize(values: readonly string[]): string[][] {
  const all = values
    .toSorted()
    .reduce<string[][]>((sets, value) => [...sets, ...sets.map((set) => [...set, value])], [[]]);
  return all.toSorted((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1));
}
