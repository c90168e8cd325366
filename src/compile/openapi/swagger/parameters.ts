import type { Json, JsonObject } from '../../../catalog/json.ts';
import { allowEmptyValue } from '../empty-value.ts';
import type { Parameter, ParameterReader } from '../parameters.ts';
import type { ReportLoss } from '../reasons.ts';
import { isCollectionFormat, readCollectionFormat } from './collection-format.ts';

/** The values of `in`, Swagger 2.0 "Parameter Object". */
export const LOCATIONS = ['path', 'query', 'header', 'body', 'formData'] as const;

/** Reads the Parameter Object of Swagger 2.0 that is part of a request's head. */
export const readParameter: ParameterReader = (
  declared,
  { references, reportLoss },
): Parameter | undefined => {
  const { location, name, required, value, pointer } = declared;
  if (location !== 'path' && location !== 'query' && location !== 'header') return undefined;
  reportOddFormat(value, location, `${location} parameter ${name}`, reportLoss);
  return {
    in: location,
    name,
    required,
    ...readCollectionFormat(value['collectionFormat'], location),
    allowReserved: false,
    schema: allowEmptyValue(value, toSchema(value), references),
    schemaPointer: pointer,
    description: typeof value['description'] === 'string' ? value['description'] : undefined,
    deprecated: value['deprecated'] === true || value['x-deprecated'] === true,
  };
};

/** A row for a `collectionFormat` that the location does not have. */
export function reportOddFormat(
  parameter: JsonObject,
  location: 'path' | 'query' | 'header' | 'formData',
  what: string,
  reportLoss: ReportLoss,
): void {
  const format = parameter['collectionFormat'];
  if (isCollectionFormat(format, location)) return;
  reportLoss('style-ignored', `${what}: collectionFormat ${JSON.stringify(format).slice(0, 80)}`);
}

/**
 * The schema of a parameter's value. The parameter is its own schema: what else it says (`name`, `in`, a boolean
 * `required`, `collectionFormat`) is no keyword, and its words are the parameter's. A `schema`, which only a body should
 * have, is taken where it is all there is.
 */
function toSchema(parameter: JsonObject): Json {
  const { schema, description: _words, ...own } = parameter;
  return schema !== undefined && own['type'] === undefined ? schema : own;
}
