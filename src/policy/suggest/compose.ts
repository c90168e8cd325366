import type { PolicySet, CompiledRule } from '../policy-set.ts';
import type { Rule } from '../rule.ts';
import { toArgumentCondition } from './argument-condition.ts';
import { countCallers, describeCallers, MAX_TEXT, type By, type CallerClass } from './callers.ts';
import { createObserved } from './observed.ts';
import { ANY_APPROVAL, targetKey, type Use, type UsedBy, type UsedTarget, type Usage } from './usage.ts';

/** A rule that the use of a record asks for. */
export interface SuggestedRule extends Pick<Rule, 'effect' | 'who' | 'obligations' | 'approvers'> {
  /** Without the policy's name. */
  readonly id: string;
  /** CEL. */
  readonly when?: string;
  readonly kind: UsedTarget['kind'];
  readonly source: string;
  /** By name: what it is about, with what was used of it. */
  readonly targets: readonly SuggestedTarget[];
  readonly callers: number;
  /** The rule of today that its condition, or its effect, is from. */
  readonly from?: string;
}

export interface SuggestedTarget {
  readonly name: string;
  readonly calls: number;
  /** Those of `calls` that were refused for want of an approval. */
  readonly asked: number;
  readonly last: string;
}

export interface Suggestion {
  readonly rules: readonly SuggestedRule[];
  /** What a reader has to know, as sentences without an end. */
  readonly notes: readonly string[];
}

export interface ComposeOptions {
  readonly policy: PolicySet;
  /** In the order in which they are tried; the subject is the last resort. */
  readonly by: readonly By[];
}

/** The least rules that permit what was permitted. */
export function composeRules(usage: Usage, options: ComposeOptions): Suggestion {
  const rules = new Map(options.policy.rules.map((rule) => [rule.id, rule]));
  const sizes = countCallers(distinct(usage.uses.map(({ caller }) => caller)));
  const notes: string[] = [];
  const drafts = new Map<string, Draft>();
  for (const uses of byTarget(usage.uses)) {
    const target = uses[0]?.target;
    if (target === undefined || uses.every(({ calls }) => calls === 0)) continue;
    const why = whyNot(target);
    if (why !== undefined) {
      notes.push(`left out: ${target.kind} ${target.name}: ${why}`);
      continue;
    }
    const classes = describeCallers(uses, sizes, options.by);
    for (const one of classes) {
      if (
        Object.values(one.who).some(
          (list) => Array.isArray(list) && list.some((text) => text.length > MAX_TEXT),
        )
      ) {
        notes.push('left out: a caller whose name is too long for a policy');
        continue;
      }
      const drafted = toDrafts(one, target, rules);
      for (const draft of drafted) addDraft(drafts, draft);
      const denied = one.uses.reduce((sum, use) => sum + use.denied, 0);
      const isTold = drafted.some(({ when, effect }) => when !== undefined || effect === 'deny');
      if (denied > 0 && !isTold) {
        notes.push(
          `${target.name}: ${denied} calls of ${one.word} were denied, too, and nothing here tells them from those that were permitted; add a condition`,
        );
      }
    }
  }
  return { rules: withIds([...drafts.values()]), notes };
}

interface Draft extends Omit<SuggestedRule, 'id' | 'callers'> {
  readonly word: string;
  readonly callers: ReadonlySet<string>;
}

/** A name is a glob where it stands in a policy, and `*` cannot be written as itself. */
function whyNot({ kind, name }: UsedTarget): string | undefined {
  if (kind !== 'tool' && name.includes('*')) return 'a name with `*` in it would mean others as well';
  if (name.includes('[secret]')) return 'the record keeps a part of its name to itself';
  if (name === '' || name.length > MAX_TEXT) return 'no policy takes a name of this length';
  return undefined;
}

function toDrafts(
  { who, word, uses }: CallerClass,
  target: UsedTarget,
  rules: ReadonlyMap<string, CompiledRule>,
): Draft[] {
  const names = uses[0]?.names ?? [];
  const observed = createObserved(names);
  for (const use of uses) observed.merge(use.observed);
  const condition = toArgumentCondition(observed, names);
  const last = uses.reduce((latest, use) => (use.last > latest ? use.last : latest), '');
  const calls = uses.reduce((sum, use) => sum + use.calls, 0);
  const asked = uses.reduce((sum, use) => sum + use.asked, 0);
  const shared = {
    word,
    who,
    kind: target.kind,
    source: target.source,
    targets: [{ name: target.name, calls, asked, last }],
    callers: new Set(uses.map(({ caller }) => JSON.stringify([caller.issuer, caller.subject]))),
  };
  const kept = [...new Set(uses.flatMap((use) => [...use.kept]))].toSorted();
  const approvals = [...new Set(uses.flatMap((use) => [...use.approvals]))].toSorted();
  const denials = [...new Set(uses.flatMap((use) => [...use.denials]))].toSorted();
  const ofToday = (id: string): CompiledRule[] => [rules.get(id)].filter((rule) => rule !== undefined);
  return [
    ...(uses.some(({ isPlain }) => isPlain)
      ? [{ ...shared, effect: 'permit' as const, ...(condition !== undefined && { when: condition }) }]
      : []),
    ...kept.flatMap(ofToday).map((rule): Draft => ({
      ...shared,
      effect: 'permit',
      from: rule.id,
      ...toWhen(rule.when?.text, condition),
      ...(rule.obligations && { obligations: rule.obligations }),
    })),
    ...approvals.flatMap((id): Draft[] => {
      if (id === ANY_APPROVAL) return [{ ...shared, effect: 'approve' }];
      return ofToday(id).map((rule) => ({
        ...shared,
        effect: 'approve',
        from: rule.id,
        ...toWhen(rule.when?.text),
        ...(rule.approvers && { approvers: rule.approvers }),
        ...(rule.obligations && { obligations: rule.obligations }),
      }));
    }),
    // A denial is kept for whom it is about, who may be fewer, or more, than those here.
    ...denials.flatMap(ofToday).map((rule): Draft => ({
      ...shared,
      effect: 'deny',
      from: rule.id,
      who: rule.who,
      ...toWhen(rule.when?.text),
    })),
  ];
}

/** Conditions that both have to hold. */
function toWhen(...conditions: readonly (string | undefined)[]): Pick<SuggestedRule, 'when'> {
  const given = conditions.filter((one) => one !== undefined).map((one) => one.trim());
  const [only] = given;
  if (only === undefined) return {};
  return { when: given.length === 1 ? only : given.map((one) => `(${one})`).join(' && ') };
}

/** Rules that differ in nothing but their targets become one. */
function addDraft(drafts: Map<string, Draft>, draft: Draft): void {
  const { effect, who, when, obligations, approvers, kind, source, from } = draft;
  const key = JSON.stringify([effect, who, when, obligations, approvers, kind, source, from]);
  const known = drafts.get(key);
  if (known === undefined) {
    drafts.set(key, draft);
    return;
  }
  const isNew = draft.targets.every(({ name }) => known.targets.every((one) => one.name !== name));
  drafts.set(key, {
    ...known,
    targets: isNew ? [...known.targets, ...draft.targets] : known.targets,
    callers: new Set([...known.callers, ...draft.callers]),
  });
}

const EFFECT_WORDS = { permit: '', approve: '-approval', deny: '-denial' } as const;

/** Ids that say who and what, told apart by numbers, permits first. */
function withIds(drafts: readonly Draft[]): SuggestedRule[] {
  const taken = new Set<string>();
  const idOf = ({ word, source, effect, kind }: Draft): string => {
    const what = kind === 'tool' ? source : [source, `${kind}s`].filter(Boolean).join('-');
    const stem = `${toSlug(word, 24)}-${toSlug(what, 24)}${EFFECT_WORDS[effect]}`;
    for (let number = 1; ; number += 1) {
      const id = number === 1 ? stem : `${stem}-${number}`;
      if (taken.has(id)) continue;
      taken.add(id);
      return id;
    }
  };
  return drafts.map(({ word, callers, targets, ...rest }) => ({
    id: idOf({ word, callers, targets, ...rest }),
    ...rest,
    targets: targets.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    callers: callers.size,
  }));
}

/** Letters and digits, with hyphens between. */
function toSlug(text: string, length: number): string {
  const slug = text
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, length)
    .replaceAll(/^-|-$/g, '');
  return slug === '' ? 'callers' : slug;
}

function byTarget(uses: readonly Use[]): Use[][] {
  const targets = new Map<string, Use[]>();
  for (const use of uses) {
    const key = targetKey(use.target);
    const known = targets.get(key);
    if (known === undefined) targets.set(key, [use]);
    else known.push(use);
  }
  return [...targets].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function distinct(callers: readonly UsedBy[]): UsedBy[] {
  return [...new Map(callers.map((caller) => [JSON.stringify(caller), caller])).values()];
}
