import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { fromPointer } from '../text/pointer.ts';
import type { Verdict } from './cel/condition.ts';
import { UNKNOWN } from './cel/evaluate.ts';
import type { Expression } from './cel/expression.ts';
import { ARGS, isAbsent, isValue, memberOf, NOWHERE } from './cel/made.ts';
import { compareJson } from './compare-json.ts';

/** An argument with a value that a rule gives it. */
export interface Setting {
  /** JSON Pointer (RFC 6901). Its parts are names of members: nothing is set inside lists. */
  readonly pointer: string;
  readonly path: readonly string[];
  readonly value: Json;
}

/** An argument that may have one value only. `expression` is true of the arguments that leave it out or have that value. */
export interface Pin extends Setting {
  readonly expression: Expression;
}

export function toSettings(values: Readonly<Record<string, Json>> | undefined): Setting[] {
  return Object.entries(values ?? {}).map(([pointer, value]) => ({
    pointer,
    path: fromPointer(pointer),
    value,
  }));
}

export function toPin(setting: Setting): Pin {
  return { ...setting, expression: toExpression(setting) };
}

/** What a call has at a pointer. `blocked`: something that is no object is in the way. */
export type Presence = 'absent' | 'present' | 'blocked' | 'unknown';

export function presenceOf(path: readonly string[], args: JsonObject): Presence {
  return look(path, args).presence;
}

/**
 * Whether the arguments leave a pinned argument out, or give it as it has to be. An error where they have something that is no object
 * on the way to it, so that it could not be put in.
 *
 * @param args absent: not known yet
 */
export function checkPin(pin: Pin, args: JsonObject | undefined): Verdict {
  if (args === undefined) return unknown(pin);
  const { presence, value } = look(pin.path, args);
  switch (presence) {
    case 'absent':
      return TRUE;
    case 'blocked':
      return { kind: 'error', message: `${pin.pointer} leads through what is no object`, at: NOWHERE };
    case 'unknown':
      return unknown(pin);
    case 'present': {
      const isEqual = compareJson(value, pin.value);
      if (isEqual === undefined) return unknown(pin);
      return isEqual ? TRUE : FALSE;
    }
  }
}

const TRUE: Verdict = { kind: 'true' };
const FALSE: Verdict = { kind: 'false' };

function unknown({ expression }: Pin): Verdict {
  return { kind: 'unknown', residual: expression };
}

/** Reads own members only: a name like `__proto__` is a name like any other. */
function look(path: readonly string[], args: JsonObject): { presence: Presence; value?: unknown } {
  let value: unknown = args;
  for (const part of path) {
    if (value === UNKNOWN) return { presence: 'unknown' };
    if (!isJsonObject(value)) return { presence: 'blocked' };
    if (!Object.hasOwn(value, part)) return { presence: 'absent' };
    value = value[part];
  }
  return value === UNKNOWN ? { presence: 'unknown' } : { presence: 'present', value };
}

/** `!has(args.a) || !has(args.a.b) || args.a.b == value`. */
function toExpression({ path, value }: Setting): Expression {
  let place = ARGS;
  const absences: Expression[] = [];
  for (const name of path) {
    absences.push(isAbsent(place, name));
    place = memberOf(place, name);
  }
  return absences.reduceRight<Expression>(
    (rest, absent) => ({ kind: 'or', left: absent, right: rest, at: NOWHERE }),
    isValue(place, value),
  );
}
