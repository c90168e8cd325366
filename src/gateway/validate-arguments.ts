import type { Json, JsonObject } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import { BailiwickError } from '../errors.ts';
import { toPointer } from '../text/pointer.ts';
import { toProblems } from './argument-problems.ts';
import { validatorOf } from './schema-validator.ts';

/** How many problems an answer names; the rest is counted. */
const MAX_PROBLEMS = 5;

/**
 * Checks the arguments against the tool's full schema (JSON Schema 2020-12).
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` with `pointer` (RFC 6901, into the arguments) and `problems`; `CONFIGURATION` for a
 *   schema whose definitions refer to each other in a circle that is too long to follow.
 */
export function validateArguments(tool: Tool, args: JsonObject): void {
  requireCanonical(args);
  const validate = followed(tool, () => validatorOf(tool.validationSchema));
  if (followed(tool, () => validate(args))) return;
  const problems = toProblems(validate.errors ?? []);
  // What was found holds on to the arguments; the validator stays.
  validate.errors = null;
  const shown = problems.slice(0, MAX_PROBLEMS);
  const rest = problems.length - shown.length;
  const text = shown.map((problem) => `${problem.pointer || '(arguments)'} ${problem.message}`).join('; ');
  throw new BailiwickError(
    'INVALID_ARGUMENTS',
    `invalid arguments: ${text}${rest > 0 ? `; and ${rest} more` : ''}`,
    {
      data: { pointer: shown[0]?.pointer ?? '', problems: shown },
    },
  );
}

/** What `work` gives, unless it runs out of stack: arguments are never nested deeply enough for that, so it is the schema. */
function followed<Value>(tool: Tool, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BailiwickError(
      'CONFIGURATION',
      `${tool.source}/${tool.name}: its definitions refer to each other through too many others to be checked; shorten that circle in its document`,
      { cause: error },
    );
  }
}

/** Deeper than any schema means to go, and far from where a recursive walk runs out of stack. */
const MAX_DEPTH = 200;

/** More than a tool is sent by hand or by a model; few enough that naming everything wrong with them blocks nobody. */
const MAX_VALUES = 20_000;

/**
 * Refuses what has no RFC 8785 form, and so no digest for the record: text with half a surrogate pair, and values nested
 * too deep to walk; and what is too much to check.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS`
 */
export function requireCanonical(args: JsonObject): void {
  const waiting: { readonly value: Json; readonly pointer: string; readonly depth: number }[] = [
    { value: args, pointer: '', depth: 0 },
  ];
  let values = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, pointer, depth } = next;
    values += 1;
    if (values > MAX_VALUES) throw unusable('', `hold more than ${MAX_VALUES} values`);
    if (depth > MAX_DEPTH) throw unusable(pointer.slice(0, 200), `is nested more than ${MAX_DEPTH} deep`);
    if (typeof value === 'string' && !value.isWellFormed())
      throw unusable(pointer, 'is not well-formed Unicode');
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, item] of Object.entries(value)) {
      if (!name.isWellFormed()) throw unusable(pointer, 'has a name that is not well-formed Unicode');
      waiting.push({ value: item, pointer: `${pointer}${toPointer([name])}`, depth: depth + 1 });
    }
  }
}

function unusable(pointer: string, message: string): BailiwickError {
  return new BailiwickError(
    'INVALID_ARGUMENTS',
    `invalid arguments: ${pointer || '(arguments)'} ${message}`,
    {
      data: { pointer, problems: [{ pointer, message }] },
    },
  );
}
