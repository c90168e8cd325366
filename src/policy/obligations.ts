import type { Target } from '../catalog/entries.ts';
import type { Json, JsonObject } from '../catalog/json.ts';
import { valueAt } from '../text/pointer.ts';
import { compareJson } from './compare-json.ts';
import type { Obligations, RuleId } from './decision.ts';
import { presenceOf, type Setting } from './pins.ts';
import type { CompiledRule } from './policy-set.ts';

/** What several rules ask for, put together. */
export type Together =
  | { readonly kind: 'agreed'; readonly obligations?: Obligations }
  /** These contradict each other. */
  | { readonly kind: 'conflict'; readonly rules: readonly RuleId[] };

const NOTHING: Together = { kind: 'agreed' };

/**
 * Puts together what the rules that match a call ask for.
 *
 * Values are set where the caller left an argument out. Nothing but its value meets a pin: two pins of one argument with different
 * values are a conflict, and so is a pin within another that is not as the outer one has it. A default gives way to a pin of the same
 * argument, of what is around it and of what is within it; two defaults of one argument with different values are a conflict.
 *
 * @param rules permits and approvals that match
 */
export function putTogether(rules: readonly CompiledRule[], target: Target, args: JsonObject): Together {
  const asking = rules.filter(({ duties }) => duties !== undefined);
  if (asking.length === 0) return NOTHING;
  const conflicts = new Set<RuleId>();
  const pins: Settings = new Map();
  const defaults: Settings = new Map();
  const mask = new Set<string>();
  let select: { readonly text: string; readonly rule: RuleId } | undefined;
  let dryRun = false;
  for (const { id, duties } of asking) {
    const asked = duties?.of(target);
    if (asked === undefined) continue;
    for (const setting of asked.pins) add(pins, { setting, rule: id }, conflicts);
    for (const setting of asked.defaults) {
      if (presenceOf(setting.path, args) === 'absent') add(defaults, { setting, rule: id }, conflicts);
    }
    for (const pointer of asked.mask ?? []) mask.add(pointer);
    dryRun ||= asked.dryRun === true;
    if (asked.select === undefined) continue;
    select ??= { text: asked.select, rule: id };
    if (select.text !== asked.select) conflicts.add(select.rule).add(id);
  }
  const set = toValues(pins, defaults, args, conflicts);
  if (conflicts.size > 0) return { kind: 'conflict', rules: [...conflicts].toSorted() };
  const obligations: Obligations = {
    ...(set.length > 0 && { set: Object.fromEntries(set) }),
    ...(select && { select: select.text }),
    ...(mask.size > 0 && { mask: [...mask] }),
    ...(dryRun && { dryRun }),
  };
  return Object.keys(obligations).length > 0 ? { kind: 'agreed', obligations } : NOTHING;
}

interface Asked {
  readonly setting: Setting;
  readonly rule: RuleId;
}

/** By pointer. */
type Settings = Map<string, Asked>;

function add(settings: Settings, asked: Asked, conflicts: Set<RuleId>): void {
  const { pointer, value } = asked.setting;
  const before = settings.get(pointer);
  if (before === undefined) settings.set(pointer, asked);
  else if (!compareJson(before.setting.value, value)) conflicts.add(before.rule).add(asked.rule);
}

/** What is to be put in, each once. */
function toValues(
  pins: Settings,
  defaults: Settings,
  args: JsonObject,
  conflicts: Set<RuleId>,
): [pointer: string, value: Json][] {
  const values: [string, Json][] = [];
  const aroundPins = new Set<string>();
  for (const { setting } of outermost(pins, conflicts)) {
    for (const pointer of pointersAround(setting.pointer)) aroundPins.add(pointer);
    if (presenceOf(setting.path, args) === 'absent') values.push([setting.pointer, setting.value]);
  }
  for (const { setting } of outermost(defaults, conflicts)) {
    const { pointer, value } = setting;
    const isPinned = pins.has(pointer) || aroundPins.has(pointer) || findAround(pins, pointer) !== undefined;
    if (!isPinned) values.push([pointer, value]);
  }
  return values;
}

/** Settings that lie within no other. Those that do have to be as the other has them. */
function outermost(settings: Settings, conflicts: Set<RuleId>): Asked[] {
  return [...settings.values()].filter(({ setting, rule }) => {
    const outer = findAround(settings, setting.pointer);
    if (outer === undefined) return true;
    const within = valueAt(outer.setting.value, setting.path.slice(outer.setting.path.length));
    if (!compareJson(within, setting.value)) conflicts.add(outer.rule).add(rule);
    return false;
  });
}

function findAround(settings: Settings, pointer: string): Asked | undefined {
  for (const around of pointersAround(pointer)) {
    const asked = settings.get(around);
    if (asked !== undefined) return asked;
  }
  return undefined;
}

/** `/a` and `/a/b` of `/a/b/c`. */
function pointersAround(pointer: string): string[] {
  const ends = [...pointer.matchAll(/\//g)].map(({ index }) => index).filter((index) => index > 0);
  return ends.map((end) => pointer.slice(0, end));
}
