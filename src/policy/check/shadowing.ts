import { toCanonicalJson } from '../../catalog/canonical.ts';
import { toMeaning, type CompiledRule } from '../policy-set.ts';
import type { Problem } from '../problem.ts';
import type { What, Who } from '../rule.ts';
import { coversWhat, coversWho, makesIdle } from './covers.ts';

/** Pairs of rules that are compared: bounds the work, and so what can be claimed. */
const MAX_PAIRS = 1_000_000;

/**
 * Rules that decide nothing: what an unconditional deny closes anyway, and what another rule does as well. Of rules that say the
 * same nothing is said here.
 */
export function findShadowed(rules: readonly CompiledRule[]): Problem[] {
  const denies = createIndex(rules.filter(({ effect, when }) => effect === 'deny' && when === undefined));
  const byEffect = new Map(
    [...Map.groupBy(rules, ({ effect }) => effect)].map(([effect, ofEffect]) => [
      effect,
      createIndex(ofEffect),
    ]),
  );
  const meanings = new Map<CompiledRule, string>();
  const meaningOf = (rule: CompiledRule): string => {
    const meaning = meanings.get(rule) ?? toCanonicalJson(toMeaning(rule));
    meanings.set(rule, meaning);
    return meaning;
  };
  let pairs = 0;
  const findAmong = (
    rule: CompiledRule,
    index: Index | undefined,
    matches: (other: CompiledRule) => boolean,
  ): CompiledRule | undefined => {
    for (const other of index?.candidatesFor(rule) ?? []) {
      pairs += 1;
      if (pairs > MAX_PAIRS) return undefined;
      if (other !== rule && matches(other)) return other;
    }
    return undefined;
  };
  return rules.flatMap((rule): Problem[] => {
    const complain = (message: string): Problem[] => [
      { ...rule.positionOf([]), message: `${rule.id}: ${message}` },
    ];
    if (rule.effect !== 'deny') {
      const deny = findAmong(
        rule,
        denies,
        (other) => coversWho(rule.who, other.who) && coversWhat(rule.what, other.what),
      );
      if (deny) return complain(`is never reached: ${deny.id} denies everything that it is about`);
    }
    const other = findAmong(
      rule,
      byEffect.get(rule.effect),
      (candidate) => makesIdle(rule, candidate) && meaningOf(rule) !== meaningOf(candidate),
    );
    if (other === undefined) return [];
    const verb =
      rule.effect === 'permit' ? 'permits' : rule.effect === 'deny' ? 'denies' : 'asks for approval of';
    return complain(`changes nothing: ${other.id} ${verb} all of it already; remove one of them`);
  });
}

interface Index {
  /** Every rule of the index that may cover this one, and few others. */
  candidatesFor(rule: CompiledRule): Iterable<CompiledRule>;
}

/** Whoever covers a rule is filed under something that the rule says too. */
function createIndex(rules: readonly CompiledRule[]): Index {
  const filed = new Map<string, CompiledRule[]>();
  for (const rule of rules) {
    for (const who of new Set(wideWhoKeys(rule.who))) {
      for (const what of new Set(wideWhatKeys(rule.what))) {
        const key = `${who}\0${what}`;
        const list = filed.get(key);
        if (list) list.push(rule);
        else filed.set(key, [rule]);
      }
    }
  }
  return {
    *candidatesFor(rule) {
      const whats = narrowWhatKeys(rule.what?.[0]);
      for (const who of narrowWhoKeys(rule.who))
        for (const what of whats) yield* filed.get(`${who}\0${what}`) ?? [];
    },
  };
}

const ANY = '*';

/** Under each value of one member: whoever is covered has at least one of these. */
function wideWhoKeys(who: Who | undefined): string[] {
  const [member] = whoMembers(who);
  return member === undefined ? [ANY] : member.values.map((value) => toKey(member.name, value));
}

function narrowWhoKeys(who: Who | undefined): string[] {
  return [
    ANY,
    ...whoMembers(who).flatMap(({ name, values: [first] }) =>
      first === undefined ? [] : [toKey(name, first)],
    ),
  ];
}

function whoMembers(who: Who | undefined): { readonly name: string; readonly values: readonly unknown[] }[] {
  const { claims = {}, ...lists } = who ?? {};
  return [
    ...Object.entries(lists).flatMap(([name, values]) => (values === undefined ? [] : [{ name, values }])),
    ...Object.entries(claims).map(([name, values]) => ({ name: `claims.${name}`, values })),
  ];
}

/** Of each alternative under the values of what tells most: the covered rule's first alternative is covered by one of them. */
function wideWhatKeys(whats: readonly What[] | undefined): string[] {
  return (
    whats?.flatMap((what) => {
      const names = what.tool ?? what.prompt ?? what.model;
      if (names?.every((name) => !name.includes('*'))) return names.map((name) => toKey('name', name));
      return what.source?.map((source) => toKey('source', source)) ?? [ANY];
    }) ?? [ANY]
  );
}

function narrowWhatKeys(what: What | undefined): string[] {
  const [name] = what?.tool ?? what?.prompt ?? what?.model ?? [];
  const [source] = what?.source ?? [];
  return [
    ANY,
    ...(name === undefined ? [] : [toKey('name', name)]),
    ...(source === undefined ? [] : [toKey('source', source)]),
  ];
}

function toKey(member: string, value: unknown): string {
  return `${member}=${JSON.stringify(value)}`;
}
