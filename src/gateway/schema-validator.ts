import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from '../catalog/json.ts';

/** Validators live as long as the schema they were made of: a new snapshot lets the old ones go. */
const validators = new WeakMap<JsonSchema, ValidateFunction>();

/**
 * The validator of a tool's schema (JSON Schema 2020-12), compiled on first use.
 *
 * Schemas of upstreams are read as leniently as is safe: unknown keywords and formats are annotations, `$schema` and `$id`
 * at the root name dialects and places that are not ours to fetch, and `$async` (an invention of ajv) would turn the
 * verdict into a promise.
 *
 * @throws Error where the schema cannot be compiled.
 */
export function validatorOf(schema: JsonSchema): ValidateFunction {
  let validate = validators.get(schema);
  if (!validate) {
    const options = {
      strict: false,
      allErrors: true,
      validateSchema: false,
      addUsedSchema: false,
      logger: false,
    } as const;
    const ajv = new Ajv2020(options);
    addFormats.default(ajv);
    const { $schema: _dialect, $id: _place, $async: _async, ...rest } = schema;
    validate = ajv.compile(rest);
    validators.set(schema, validate);
  }
  return validate;
}
