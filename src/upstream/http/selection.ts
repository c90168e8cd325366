import type { Binding, HttpBinding } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError, messageOf } from '../../errors.ts';
import { evaluateJmesPath, parseJmesPath, type JmesPath } from '../../text/jmespath.ts';
import { invalidArgument } from './invalid-argument.ts';
import { argumentOf } from './parameter-value.ts';

/** What is taken from a JSON answer: first what configuration says, then what the caller asked for. */
export interface Selection {
  readonly configured?: JmesPath;
  readonly asked?: JmesPath;
}

/** The argument in which callers give a selection of their own, where a tool has one. */
export function selectArgumentOf(binding: Binding): string | undefined {
  return binding.kind === 'http' ? binding.result?.selectArgument : undefined;
}

/**
 * The selection of one call, parsed before anything is sent.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` with `data.pointer` for an expression of the caller that does not parse,
 *   `CONFIGURATION` for one of the configuration.
 */
export function readSelection({ result }: HttpBinding, args: JsonObject): Selection {
  const key = result?.selectArgument;
  const asked = key === undefined ? undefined : argumentOf(args, key);
  return {
    ...(result?.select !== undefined && {
      configured: parse(
        result.select,
        (message) =>
          new BailiwickError('CONFIGURATION', `the configured \`select\` is no JMESPath: ${message}`),
      ),
    }),
    ...(key !== undefined &&
      typeof asked === 'string' && {
        asked: parse(asked, (message) => invalidArgument(key, `is no JMESPath: ${message}`)),
      }),
  };
}

function parse(text: string, toError: (message: string) => BailiwickError): JmesPath {
  try {
    return parseJmesPath(text);
  } catch (error) {
    throw toError(shortMessageOf(error));
  }
}

/** The answer after its selection. */
export type Selected =
  | { readonly kind: 'selected'; readonly value: Json; readonly isAsked: boolean; readonly note?: string }
  /** Configuration hides the rest of the answer, so an answer that its expression fails on is not passed on. */
  | { readonly kind: 'withheld'; readonly reason: string };

export function applySelection({ configured, asked }: Selection, answer: Json): Selected {
  let value = answer;
  if (configured !== undefined) {
    try {
      value = evaluateJmesPath(configured, answer);
    } catch (error) {
      return { kind: 'withheld', reason: shortMessageOf(error) };
    }
  }
  if (asked === undefined) return { kind: 'selected', value, isAsked: false };
  try {
    return { kind: 'selected', value: evaluateJmesPath(asked, value), isAsked: true };
  } catch (error) {
    const note = `[select was not applied: ${shortMessageOf(error)}]`;
    return { kind: 'selected', value, isAsked: false, note };
  }
}

/** A selection is structured content under one key, whatever was selected: an output schema then never forbids it. */
export function toStructure({ value, isAsked }: { value: Json; isAsked: boolean }): JsonObject | undefined {
  if (isAsked) return { result: value };
  return isJsonObject(value) ? value : undefined;
}

function shortMessageOf(error: unknown): string {
  return messageOf(error).slice(0, 300);
}
