import { Environment } from '@marcbachmann/cel-js';
import { toCanonicalJson } from '../../src/catalog/canonical.ts';
import type { Target } from '../../src/catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/catalog/json.ts';
import type { Decision, Obligations } from '../../src/policy/decision.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { CALL, hasDryRun, NOW, takes, toBigInts, type Call } from './conditional.ts';
import { applies, subsetsBySize } from './naive-decide.ts';

/**
 * The decision about a call with arguments once more, from the description: conditions by the evaluator of the library that parses
 * them, obligations by trying every pair of values.
 */
export function naiveDecideCall(rules: readonly Rule[], call: Call, scopes: readonly string[]): Decision {
  const decision = withoutScopes(rules, call);
  if (decision.effect !== 'deny' || decision.reason !== 'no-rule') return decision;
  const missingScopes =
    subsetsBySize(scopes).find((added) => {
      const principal = { ...call.principal, scopes: [...call.principal.scopes, ...added] };
      return withoutScopes(rules, { ...call, principal }).effect !== 'deny';
    }) ?? [];
  return { ...decision, missingScopes };
}

function withoutScopes(rules: readonly Rule[], call: Call): Decision {
  const truths = rules.map((rule) => ({ rule, truth: truthOf(rule, call) }));
  const matching = truths.filter(
    ({ rule, truth }) => truth === true || (truth === 'error' && rule.effect !== 'permit'),
  );
  const denies = matching.filter(({ rule }) => rule.effect === 'deny');
  if (denies.length > 0) {
    const reason = denies.some(({ truth }) => truth === true) ? 'rule' : 'condition-error';
    return { effect: 'deny', rules: ids(denies), reason, missingScopes: [] };
  }
  if (!matching.some(({ rule }) => rule.effect === 'permit')) {
    return { effect: 'deny', rules: [], reason: 'no-rule', missingScopes: [] };
  }
  const asked = matching.map(({ rule }) => ({ rule, ...settingsOf(rule, call) }));
  const conflicts = conflictsOf(asked, call.args);
  if (conflicts.length > 0) {
    return { effect: 'deny', rules: conflicts, reason: 'conflict', missingScopes: [] };
  }
  const obligations = obligationsOf(asked, call.args);
  const obliged = Object.keys(obligations).length > 0 ? { obligations } : {};
  const approves = matching.filter(({ rule }) => rule.effect === 'approve');
  if (approves.length === 0) return { effect: 'permit', rules: ids(matching), ...obliged };
  const approvers = approves.map(({ rule }) => rule.approvers ?? 'self');
  return { effect: 'approve', rules: ids(matching), approvers: [...new Set(approvers)], ...obliged };
}

function ids(some: readonly { readonly rule: Rule }[]): string[] {
  return some.map(({ rule }) => rule.id).toSorted();
}

type Truth = boolean | 'error';

/** All of: it is about caller and target, each pin holds, the condition holds. */
function truthOf(rule: Rule, call: Call): Truth {
  const { target, args } = call;
  if (!applies(rule, call.principal, target) || !canBeDone(rule, target)) return false;
  const { pins } = settingsOf(rule, call);
  const truths = Object.entries(pins).map(([pointer, value]) => isMet(pointer, value, args));
  if (rule.when !== undefined) truths.push(evaluate(rule.when.text, call));
  if (truths.includes(false)) return false;
  return truths.includes('error') ? 'error' : true;
}

function canBeDone({ effect, obligations = {} }: Rule, target: Target): boolean {
  const { set = {}, dryRun } = obligations;
  if (dryRun && !(target.kind === 'tool' && hasDryRun(target.tool.inputSchema))) return false;
  if (effect !== 'permit' || Object.keys(set).length === 0 || target.kind === 'prompt') return true;
  if (target.kind === 'resource') return false;
  if (target.kind === 'model') return true;
  return Object.keys(set).every((pointer) => takes(target.tool.inputSchema, pointer));
}

interface Values {
  readonly pins: Readonly<Record<string, Json>>;
  readonly defaults: Readonly<Record<string, Json>>;
}

function settingsOf({ obligations = {} }: Rule, { target }: Call): Values {
  const { set = {}, defaults = {}, dryRun } = obligations;
  if (target.kind === 'resource') return { pins: {}, defaults: {} };
  const only = (values: Readonly<Record<string, Json>>): Record<string, Json> =>
    Object.fromEntries(
      Object.entries(values).filter(
        ([pointer]) => target.kind !== 'tool' || takes(target.tool.inputSchema, pointer),
      ),
    );
  return { pins: { ...only(set), ...(dryRun && { '/dry_run': true }) }, defaults: only(defaults) };
}

/** `blocked`: something that is no object is on the way. */
function find(pointer: string, args: JsonObject): { readonly value?: Json; readonly blocked?: true } {
  let value: Json = args;
  for (const part of pointer.split('/').slice(1)) {
    if (!isJsonObject(value)) return { blocked: true };
    if (!Object.keys(value).includes(part)) return {};
    value = value[part]!;
  }
  return { value };
}

function isMet(pointer: string, value: Json, args: JsonObject): Truth {
  const found = find(pointer, args);
  if (found.blocked) return 'error';
  return found.value === undefined || isSame(found.value, value);
}

function isSame(first: Json | undefined, second: Json): boolean {
  return first !== undefined && toCanonicalJson(first) === toCanonicalJson(second);
}

type Asked = Values & { readonly rule: Rule };

/** Tries each value of each rule with each of each other one. */
function conflictsOf(asked: readonly Asked[], args: JsonObject): string[] {
  const conflicting = new Set<string>();
  for (const first of asked) {
    for (const second of asked) {
      const [a, b] = [first.rule.obligations?.select, second.rule.obligations?.select];
      if (a !== undefined && b !== undefined && a !== b) conflicting.add(first.rule.id).add(second.rule.id);
      const isLeftOut = (pointer: string): boolean => {
        const { value, blocked } = find(pointer, args);
        return value === undefined && !blocked;
      };
      for (const members of ['pins', 'defaults'] as const) {
        for (const [outer, around] of Object.entries(first[members])) {
          for (const [inner, within] of Object.entries(second[members])) {
            if (inner !== outer && !inner.startsWith(`${outer}/`)) continue;
            if (members === 'defaults' && !(isLeftOut(outer) && isLeftOut(inner))) continue;
            const rest = inner.slice(outer.length);
            const has = rest === '' ? around : isJsonObject(around) ? find(rest, around).value : undefined;
            if (!isSame(has, within)) conflicting.add(first.rule.id).add(second.rule.id);
          }
        }
      }
    }
  }
  return [...conflicting].toSorted();
}

function isWithin(inner: string, outer: string): boolean {
  return inner.startsWith(`${outer}/`);
}

/** Those that lie within no other. */
function outermost(values: ReadonlyMap<string, Json>): [string, Json][] {
  return [...values].filter(([pointer]) => ![...values.keys()].some((other) => isWithin(pointer, other)));
}

function obligationsOf(asked: readonly Asked[], args: JsonObject): Obligations {
  const allOf = (member: 'pins' | 'defaults') => new Map(asked.flatMap((one) => Object.entries(one[member])));
  const [pins, defaults] = [allOf('pins'), allOf('defaults')];
  const isLeftOut = (pointer: string): boolean => {
    const { value, blocked } = find(pointer, args);
    return value === undefined && !blocked;
  };
  const left = new Map([...defaults].filter(([pointer]) => isLeftOut(pointer)));
  const set = Object.fromEntries([
    ...outermost(pins).filter(([pointer]) => isLeftOut(pointer)),
    ...outermost(left).filter(
      ([pointer]) =>
        ![...pins.keys()].some((pin) => pin === pointer || isWithin(pin, pointer) || isWithin(pointer, pin)),
    ),
  ]);
  const all = asked.map(({ rule }) => rule.obligations ?? {});
  const select = all.map((one) => one.select).find((one) => one !== undefined);
  const mask = [...new Set(all.flatMap((one) => one.mask ?? []))];
  return {
    ...(Object.keys(set).length > 0 && { set }),
    ...(select !== undefined && { select }),
    ...(mask.length > 0 && { mask }),
    ...(all.some(({ dryRun }) => dryRun) && { dryRun: true }),
  };
}

const library = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });

function evaluate(text: string, { principal, target, args }: Call): Truth {
  const { key: _key, ...caller } = principal;
  const variables = {
    principal: caller,
    tool: describe(target),
    args: target.kind === 'resource' ? {} : args,
    call: CALL,
  };
  try {
    const result: unknown = library.evaluate(text, {
      ...(toBigInts(variables) as Record<string, unknown>),
      now: new Date(NOW),
    });
    return typeof result === 'boolean' ? result : 'error';
  } catch {
    return 'error';
  }
}

function describe(target: Target): JsonObject {
  if (target.kind !== 'tool') {
    const name = target.kind === 'resource' ? target.uri : target.name;
    return { kind: target.kind, source: target.source, name, access: 'read', tags: [] };
  }
  const { source, name, access, attributes } = target.tool;
  const { kubernetes: _kubernetes, ...said } = attributes;
  return { kind: 'tool', source, name, access, ...said, tags: [...(attributes.tags ?? [])] };
}
