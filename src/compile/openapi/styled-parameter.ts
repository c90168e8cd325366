import type { ParameterLocation, ParameterStyle } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { allowEmptyValue } from './empty-value.ts';
import { bestMediaType } from './media-types.ts';
import type { DeclaredParameter } from './parameter-list.ts';
import type { ParameterReader } from './parameters.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation, type ReportLoss } from './reasons.ts';
import type { References } from './references.ts';

type Styles = readonly [ParameterStyle, ...ParameterStyle[]];

/** The styles each location has, the default first. */
export type StyleTable = Readonly<Partial<Record<ParameterLocation, Styles>>>;

/** OpenAPI 3.1.1, "Style Values". */
export const STYLES: StyleTable = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form'],
};

/** OpenAPI 3.2.0, "Style Values": cookies have a style of their own, and one parameter may be the whole query. */
export const STYLES_OF_3_2: StyleTable = { ...STYLES, cookie: ['form', 'cookie'], querystring: ['form'] };

/** Reads the Parameter Object of OpenAPI 3: `style` and `schema`, or `content`. */
export function createParameterReader(table: StyleTable): ParameterReader {
  return (declared, { references, reportLoss }) => {
    const { value, name, required } = declared;
    const location = locationOf(declared.location);
    const styles = location === undefined ? undefined : table[location];
    if (location === undefined || styles === undefined) return undefined;
    const style = readStyle(declared, styles, reportLoss);
    const described = readValue(declared, references);
    if (location === 'querystring' && described.mediaType === undefined) {
      throw new SkipOperation(
        'malformed-parameter',
        `${declared.pointer} is the query string without \`content\``,
      );
    }
    return {
      in: location,
      name,
      required,
      style,
      explode:
        typeof value['explode'] === 'boolean' ? value['explode'] : style === 'form' || style === 'cookie',
      allowReserved: value['allowReserved'] === true && takesReserved(location, table),
      ...described,
      description: typeof value['description'] === 'string' ? value['description'] : undefined,
      deprecated: value['deprecated'] === true,
    };
  };
}

/** Up to OpenAPI 3.1 the field "only applies to parameters with an `in` value of `query`"; 3.2 has it wherever values are percent-encoded. */
function takesReserved(location: ParameterLocation, table: StyleTable): boolean {
  return location === 'query' || table === STYLES_OF_3_2;
}

function locationOf(location: string): ParameterLocation | undefined {
  return (['path', 'query', 'querystring', 'header', 'cookie'] as const).find((each) => each === location);
}

function readStyle(declared: DeclaredParameter, styles: Styles, reportLoss: ReportLoss): ParameterStyle {
  const { style } = declared.value;
  const known = styles.find((each) => each === style);
  if (known === undefined && style !== undefined) {
    const { location, name } = declared;
    reportLoss('style-ignored', `${location} parameter ${name}: ${JSON.stringify(style).slice(0, 80)}`);
  }
  return known ?? styles[0];
}

/** A parameter's value is described by `schema`, or by `content` with the media type it is serialised as. */
function readValue(
  { value: parameter, pointer }: DeclaredParameter,
  references: References,
): { schema: Json; schemaPointer: string; mediaType?: string } {
  const content = parameter['content'];
  const mediaType = isJsonObject(content) ? bestMediaType(Object.keys(content)) : undefined;
  if (mediaType === undefined || !isJsonObject(content)) {
    const schemaPointer = appendPointer(pointer, 'schema');
    return { schema: allowEmptyValue(parameter, schemaOf(parameter), references), schemaPointer };
  }
  const place = appendPointer(appendPointer(pointer, 'content'), mediaType);
  const media = references.follow(content[mediaType], place);
  const schema = isJsonObject(media.value) ? schemaOf(media.value) : {};
  return { schema, schemaPointer: appendPointer(media.pointer, 'schema'), mediaType };
}

function schemaOf(holder: JsonObject): Json {
  return holder['schema'] ?? {};
}
