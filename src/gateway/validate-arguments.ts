import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Json, JsonObject, JsonSchema } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import { BailiwickError } from '../errors.ts';

/** How many problems an answer names; the rest is counted. */
const MAX_PROBLEMS = 5;

/** Compiled validators live as long as the tool they belong to: a new snapshot lets the old ones go. */
const validators = new WeakMap<Tool, ValidateFunction>();

/**
 * Checks the arguments against the tool's full schema (JSON Schema 2020-12).
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` with `pointer` (RFC 6901, into the arguments) and `problems`.
 */
export function validateArguments(tool: Tool, args: JsonObject): void {
  requireCanonical(args);
  let validate = validators.get(tool);
  if (!validate) {
    validate = compileSchema(tool.validationSchema);
    validators.set(tool, validate);
  }
  if (validate(args)) return;
  const problems = (validate.errors ?? []).map(toProblem);
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

/** Deeper than any schema means to go, and far from where a recursive walk runs out of stack. */
const MAX_DEPTH = 200;

/**
 * Refuses what has no RFC 8785 form, and so no digest for the record: text with half a surrogate pair, and values nested
 * too deep to walk.
 */
function requireCanonical(args: JsonObject): void {
  const waiting: { readonly value: Json; readonly pointer: string; readonly depth: number }[] = [
    { value: args, pointer: '', depth: 0 },
  ];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, pointer, depth } = next;
    if (depth > MAX_DEPTH) throw unusable(pointer.slice(0, 200), `is nested more than ${MAX_DEPTH} deep`);
    if (typeof value === 'string' && !value.isWellFormed())
      throw unusable(pointer, 'is not well-formed Unicode');
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, item] of Object.entries(value)) {
      if (!name.isWellFormed()) throw unusable(pointer, 'has a name that is not well-formed Unicode');
      waiting.push({ value: item, pointer: `${pointer}/${escapePointer(name)}`, depth: depth + 1 });
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

/**
 * A validator for an upstream's schema, as leniently read as is safe: unknown keywords and formats are annotations,
 * `$schema` and `$id` at the root name dialects and places that are not ours to fetch.
 */
function compileSchema(schema: JsonSchema): ValidateFunction {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
  });
  addFormats.default(ajv);
  const { $schema: _dialect, $id: _place, ...rest } = schema;
  return ajv.compile(rest);
}

interface Problem {
  readonly pointer: string;
  readonly message: string;
}

function toProblem(error: ErrorObject): Problem {
  const params = error.params as Record<string, unknown>;
  if (error.keyword === 'required') {
    return {
      pointer: `${error.instancePath}/${escapePointer(String(params['missingProperty']))}`,
      message: 'is required',
    };
  }
  if (error.keyword === 'additionalProperties') {
    const name = String(params['additionalProperty']);
    return {
      pointer: `${error.instancePath}/${escapePointer(name)}`,
      message: 'is not an argument of this tool',
    };
  }
  if (error.keyword === 'enum') {
    const allowed = (params['allowedValues'] as unknown[]).slice(0, 20).map((value) => JSON.stringify(value));
    return { pointer: error.instancePath, message: `must be one of ${allowed.join(', ')}` };
  }
  return { pointer: error.instancePath, message: error.message ?? `fails ${error.keyword}` };
}

function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
