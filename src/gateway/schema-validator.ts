import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJsonObject, type JsonSchema } from '../catalog/json.ts';
import { fromTheEnd } from './schema-order.ts';

/** Validators that are kept, those that were used last: one of a large schema takes some megabytes. */
const MAX_VALIDATORS = 200;

/** By schema, the one that was used last at the end. */
const validators = new Map<JsonSchema, ValidateFunction>();

/** Definitions without which references cannot make a chain that is too long for the stack. */
const LONG_CHAIN = 50;

/** Where a schema is while it is compiled, and what it is called there. */
const PLACE = 'bailiwick:schema';
const ROOT = 'bailiwick..root';

/** A schema is written into the code of those that refer to it if it has no more keywords than this. */
const MAX_INLINED = 8;

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
  const validate = validators.get(schema) ?? compile(schema);
  validators.delete(schema);
  validators.set(schema, validate);
  const [oldest] = validators.keys();
  if (validators.size > MAX_VALIDATORS && oldest !== undefined) validators.delete(oldest);
  return validate;
}

function compile(schema: JsonSchema): ValidateFunction {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    verbose: true,
    validateSchema: false,
    addUsedSchema: false,
    inlineRefs: MAX_INLINED,
    logger: false,
  });
  addFormats.default(ajv);
  const { $schema: _dialect, $id: _place, $async: _async, ...rest } = schema;
  const { $defs: definitions, ...root } = rest;
  const all = isJsonObject(definitions) ? { ...definitions, [ROOT]: root } : {};
  const order = Object.keys(all).length < LONG_CHAIN ? undefined : fromTheEnd(all);
  if (order === undefined) return ajv.compile(rest);
  // Compiling follows references by recursion: what they lead to is compiled first, so that a long chain needs no deep stack.
  ajv.addSchema({ $id: PLACE, $defs: all });
  for (const name of order) ajv.getSchema(`${PLACE}#/$defs/${name}`);
  return ajv.getSchema(`${PLACE}#/$defs/${ROOT}`) ?? ajv.compile(rest);
}
