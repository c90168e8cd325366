import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject, JsonSchema } from '../catalog/json.ts';
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
