import { schemasOfArgument } from '../../../catalog/argument-schema.ts';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../../catalog/json.ts';
import { keyOf, memberOf, toObject, WRAPPERS } from './members.ts';
import { putInPlace } from './placement.ts';
import { fromText } from './scalars.ts';

/** What a call gives beside its name, on the way to the arguments of the tool. */
export interface Given {
  /** What stands under `arguments`. */
  readonly args: Json | undefined;
  /** What stands beside. */
  readonly beside: JsonObject;
}

/** What is known of the tool: nothing where its name means nothing. */
export interface Called {
  readonly name: string;
  readonly schema?: JsonSchema;
}

/** A mistake in how arguments are given that is forgiven. */
export interface ArgumentRule {
  readonly rule: string;
  /** What a model sends beside the name, for the arguments `{ id: 7 }` of a tool that has an `id` alone. */
  readonly mistakes: readonly JsonObject[];
  mend(given: Given, called: Called): Given;
}

/** How often arguments are unpacked. */
const MAX_LAYERS = 3;

/**
 * Tried in this order, each on what the one before it left. No rule touches a member that the tool itself declares: an argument called
 * `input` is an argument.
 */
export const ARGUMENT_RULES: readonly ArgumentRule[] = [
  {
    rule: 'under another name',
    mistakes: [{ args: { id: 7 } }, { input: { id: 7 } }, { params: { id: 7 } }, { parameters: '{"id":7}' }],
    mend: (given, called) => {
      const key = keyOf(given.beside, 'arguments');
      if (given.args !== undefined || key === undefined || declares(called, key)) return given;
      const { [key]: args, ...beside } = given.beside;
      return toObject(args) ? { args, beside } : given;
    },
  },
  {
    rule: 'as JSON text',
    mistakes: [{ arguments: '{"id":7}' }, { arguments: ' {"id": 7}\n' }],
    mend: ({ args, beside }) => ({ args: toObject(args) ?? args, beside }),
  },
  {
    rule: 'nested once more',
    mistakes: [
      { arguments: { arguments: { id: 7 } } },
      { arguments: { input: { id: 7 } } },
      { arguments: { params: { args: { id: 7 } } } },
      { arguments: { name: 'helpdesk_get_ticket', arguments: { id: 7 } } },
    ],
    mend: ({ args, beside }, called) => {
      let inner = args;
      for (let layer = 0; layer < MAX_LAYERS; layer += 1) inner = within(inner, called) ?? inner;
      return { args: inner, beside };
    },
  },
  {
    rule: 'beside the name',
    mistakes: [{ id: 7 }, { arguments: {}, id: 7 }, { arguments: null, id: 7 }],
    // What is under `arguments` counts more. Nothing is dropped: what the tool does not take is refused by its schema.
    mend: ({ args, beside }) => ({
      args: args === undefined || isJsonObject(args) ? { ...beside, ...args } : args,
      beside: {},
    }),
  },
  {
    rule: 'under the body of the request, or beside it',
    mistakes: [{ arguments: { body: { id: 7 } } }, { body: { id: 7 } }],
    mend: ({ args, beside }, { schema }) => ({
      args: isJsonObject(args) && schema ? putInPlace(args, schema) : args,
      beside,
    }),
  },
  {
    rule: 'a value as its text, or one for a list of one',
    mistakes: [{ arguments: { id: '7' } }],
    mend: ({ args, beside }, { schema }) => ({
      args: isJsonObject(args) && schema ? fromText(args, schema) : args,
      beside,
    }),
  },
];

/**
 * The arguments that a call means; undefined where what it gives is no object by any rule.
 *
 * @param sent the arguments of `call_tool` without the name
 */
export function argumentsMeant(sent: JsonObject, called: Called): JsonObject | undefined {
  const { arguments: own, ...beside } = sent;
  let given: Given = { args: own ?? undefined, beside };
  for (const { mend } of ARGUMENT_RULES) given = mend(given, called);
  return isJsonObject(given.args) ? given.args : undefined;
}

/** What is in a wrapper that stands alone, or beside the name that was called. */
function within(args: Json | undefined, called: Called): JsonObject | undefined {
  if (!isJsonObject(args) || !called.schema || !hasProperties(called.schema)) return undefined;
  const wrappers = Object.keys(args).filter((key) => WRAPPERS.includes(key));
  const [key, ...more] = wrappers;
  if (key === undefined || more.length > 0 || declares(called, key)) return undefined;
  const others = Object.keys(args).filter((one) => one !== key);
  const repeatsName =
    others.length === 1 && memberOf(args, 'name') === called.name && !declares(called, others[0] ?? '');
  return others.length === 0 || repeatsName ? toObject(args[key]) : undefined;
}

function declares({ schema }: Called, key: string): boolean {
  return schema !== undefined && schemasOfArgument(schema, [key]).length > 0;
}

/** Of a tool that says nothing of its arguments everything may be one. */
function hasProperties({ properties, ...schema }: JsonSchema): boolean {
  return (
    (isJsonObject(properties) && Object.keys(properties).length > 0) ||
    'allOf' in schema ||
    '$ref' in schema ||
    schema['additionalProperties'] === false
  );
}
