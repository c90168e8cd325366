import { isDeepStrictEqual } from 'node:util';
import { schemasOfArgument, withoutArgument } from '../../catalog/argument-schema.ts';
import type { Json, JsonObject, JsonSchema } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { BailiwickError } from '../../errors.ts';
import { setArguments } from '../../policy/set-arguments.ts';
import { compileGlob } from '../../text/glob.ts';
import { fromPointer, toPointer, valueAt } from '../../text/pointer.ts';

/** An argument of a tool that has one value only. Callers do not see it. */
export interface Pin {
  /** Names of members from the arguments' root. */
  readonly path: readonly string[];
  readonly value: Json;
  /** False: the tool has no such argument, so nothing is put in; another value is refused all the same. */
  readonly isFilled: boolean;
}

/** What is pinned for tools by their shown names: arguments by JSON Pointer. */
export interface PinRule {
  /** A shown name, or a glob over shown names. */
  readonly pattern: string;
  readonly matches: (shownName: string) => boolean;
  /** Names one tool, and pins whatever the tool says of its arguments. */
  readonly isExact: boolean;
  readonly pins: readonly Pick<Pin, 'path' | 'value'>[];
}

export function compilePins(pin: Readonly<Record<string, Readonly<Record<string, Json>>>>): PinRule[] {
  return Object.entries(pin).map(([pattern, args]) => ({
    pattern,
    matches: compileGlob(pattern),
    isExact: !pattern.includes('*'),
    pins: Object.entries(args).map(([pointer, value]) => ({ path: fromPointer(pointer), value })),
  }));
}

/** What is pinned for one tool, or where two rules want different things of it. */
export function pinsFor(
  rules: readonly PinRule[],
  tool: Tool,
  shownName: string,
): { readonly pins: readonly Pin[] } | { readonly conflict: string } {
  const pins = new Map<string, Pin>();
  for (const { pins: own, isExact } of rules.filter(({ matches }) => matches(shownName))) {
    for (const { path, value } of own) {
      const pointer = toPointer(path);
      const same = pins.get(pointer);
      const clash = same
        ? !isDeepStrictEqual(same.value, value)
        : [...pins.keys()].some((other) => isWithin(pointer, other) || isWithin(other, pointer));
      if (clash) return { conflict: pointer };
      const isFilled = isExact || schemasOfArgument(tool.validationSchema, path).length > 0;
      pins.set(pointer, { path, value, isFilled: isFilled || same?.isFilled === true });
    }
  }
  return { pins: [...pins.values()] };
}

/** True where one of two different pointers is to something inside what the other is to. */
export function isWithin(pointer: string, around: string): boolean {
  return pointer.startsWith(`${around}/`);
}

/**
 * Arguments with what is pinned put in.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` with `pointer` where the caller gives another value. What the value is stays untold.
 */
export function withPins(pins: readonly Pin[], args: JsonObject): JsonObject {
  let whole = args;
  for (const { path, value, isFilled } of pins) {
    const given = valueAt(args, path);
    if (given !== undefined && !isDeepStrictEqual(given, value)) {
      throw refusal(path, 'is fixed at this endpoint; leave it out');
    }
    if (given !== undefined || !isFilled) continue;
    const next = setArguments(whole, { [toPointer(path)]: value });
    if (!next) throw refusal(path, 'is fixed at this endpoint, and what is given around it is no object');
    whole = next.args;
  }
  return whole;
}

/** The input schema as callers see it for whom arguments are pinned. */
export function withoutPins(pins: readonly Pin[], schema: JsonSchema): JsonSchema {
  return pins.reduce((shorter, { path }) => withoutArgument(shorter, path), schema);
}

function refusal(path: readonly string[], message: string): BailiwickError {
  const pointer = toPointer(path);
  return new BailiwickError('INVALID_ARGUMENTS', `invalid arguments: ${pointer} ${message}`, {
    data: { pointer, problems: [{ pointer, message }] },
  });
}
