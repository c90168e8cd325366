import { isJsonObject, type JsonSchema } from '../../catalog/json.ts';
import type { Input } from './input.ts';
import { once } from './schemas/library.ts';

const KEYS = ['select', 'select_result'] as const;

const SELECT_SCHEMA: JsonSchema = { type: 'string', description: 'JMESPath applied to the result' };

/** Adds the argument by which a caller cuts a JSON answer, under the first key that no argument of the operation has. */
export function offerSelect(
  input: Input,
  taken: readonly string[],
): { readonly input: Input; readonly argument: string | undefined } {
  const argument = KEYS.find((key) => !taken.includes(key));
  if (argument === undefined) return { input, argument };
  const schema = once(() => {
    const { properties, ...rest } = input.schema();
    const known = isJsonObject(properties) ? properties : {};
    return { ...rest, properties: { ...known, [argument]: SELECT_SCHEMA } };
  });
  return { input: { ...input, schema }, argument };
}
