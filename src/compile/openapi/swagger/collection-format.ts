import type { ParameterStyle } from '../../../catalog/binding.ts';
import type { Json } from '../../../catalog/json.ts';

/** How the items of a list are told apart. */
export interface Separation {
  readonly style: ParameterStyle;
  readonly explode: boolean;
}

const SEPARATED: Readonly<Record<string, ParameterStyle>> = {
  ssv: 'spaceDelimited',
  tsv: 'tabDelimited',
  pipes: 'pipeDelimited',
};

/**
 * `collectionFormat` of Swagger 2.0 as a style: `csv` where nothing or something unknown is written. Every location has
 * the separators; `multi`, which repeats the name, makes sense in a query or a form alone and is `csv` elsewhere.
 */
export function readCollectionFormat(
  format: Json | undefined,
  location: 'path' | 'query' | 'header' | 'formData',
): Separation {
  const repeats = location === 'query' || location === 'formData';
  const style =
    typeof format === 'string' && Object.hasOwn(SEPARATED, format) ? SEPARATED[format] : undefined;
  if (style !== undefined) return { style, explode: false };
  return { style: repeats ? 'form' : 'simple', explode: repeats && format === 'multi' };
}

/** True for a `collectionFormat` that the location has, or for none. */
export function isCollectionFormat(
  format: Json | undefined,
  location: 'path' | 'query' | 'header' | 'formData',
): boolean {
  if (format === undefined || format === 'csv') return true;
  if (format === 'multi') return location === 'query' || location === 'formData';
  return typeof format === 'string' && Object.hasOwn(SEPARATED, format);
}
