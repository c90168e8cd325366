import { schemasOfArgument } from '../catalog/argument-schema.ts';
import { isJsonObject, type Json } from '../catalog/json.ts';
import { toPointer } from '../text/pointer.ts';

/** Arguments that are looked into. */
const MAX_LOOKED = 100;

/** The argument for a body that is taken as one. */
const BODY = 'body';

/**
 * Where something goes that is no argument of a tool, as the end of a sentence: the members of a body that the tool takes as arguments,
 * or an argument that belongs into a body. Undefined where the schema does not say.
 */
export function whereItGoes(name: string, given: Json, schema: Json): string | undefined {
  if (!isJsonObject(schema) || !isJsonObject(given)) return undefined;
  const { properties } = schema;
  if (!isJsonObject(properties)) return undefined;
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  const members = isJsonObject(value) ? Object.keys(value).slice(0, MAX_LOOKED) : [];
  if (members.some((member) => Object.hasOwn(properties, member))) return 'what is in it goes beside it';
  const places = Object.keys(properties).slice(0, MAX_LOOKED);
  const [place, ...others] = places.filter((one) => schemasOfArgument(schema, [one, name]).length > 0);
  return place !== undefined && others.length === 0 ? `it goes to ${toPointer([place, name])}` : undefined;
}

/** Where it may go for all that is known: into a body that is to be given, was not, and may hold anything. */
export function whereItMayGo(name: string, given: Json, schema: Json): string | undefined {
  if (!isJsonObject(schema) || !isJsonObject(given)) return undefined;
  const { required } = schema;
  if (!Array.isArray(required) || !required.includes(BODY) || Object.hasOwn(given, BODY)) return undefined;
  const isOpen = schemasOfArgument(schema, [BODY]).some(
    (one) => one === true || (isJsonObject(one) && one['additionalProperties'] !== false),
  );
  return isOpen ? `if it is part of the body, it goes to ${toPointer([BODY, name])}` : undefined;
}
