import { isJsonObject, type Json } from '../../catalog/json.ts';
import { toFormText, toProperties } from './form-fields.ts';
import { essenceOf, isJsonMediaType } from './media-type.ts';
import { toText } from './parameter-value.ts';

/** The text of a value under a media type: JSON, a form, or under any other type a string as it is. */
export function toContentText(value: Json, mediaType: string, argument: string): string {
  if (isForm(mediaType) && isJsonObject(value)) {
    return toFormText(toProperties(value, argument), {});
  }
  if (isJsonMediaType(mediaType) || typeof value !== 'string') return JSON.stringify(value);
  return toText(value, argument);
}

/** True for the media type whose text can be a query string as it is. */
export function isForm(mediaType: string): boolean {
  return essenceOf(mediaType) === 'application/x-www-form-urlencoded';
}
