import type { ParameterLocation, ParameterStyle } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { bestMediaType } from './media-types.ts';
import type { Operation } from './operations.ts';
import type { PathTemplate } from './path.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation, type ReportLoss } from './reasons.ts';
import type { References } from './references.ts';

/** A parameter as it goes over the wire, and the schema of its value. */
export interface Parameter {
  readonly in: ParameterLocation;
  readonly name: string;
  readonly required: boolean;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved: boolean;
  readonly mediaType?: string;
  readonly schema: Json;
  readonly schemaPointer: string;
  readonly description: string | undefined;
  readonly deprecated: boolean;
}

/** The styles each location has, the default first: OpenAPI 3.1.1, "Style Values". */
const STYLES: Record<ParameterLocation, readonly [ParameterStyle, ...ParameterStyle[]]> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  querystring: ['form'],
  header: ['simple'],
  cookie: ['form'],
};

/** Header parameters that the specification says to ignore: the request carries them by other means. */
const IGNORED_HEADERS = new Set(['accept', 'content-type', 'authorization']);

/** What reading an operation's parameters needs. */
export interface ParameterReading {
  readonly references: References;
  readonly template: PathTemplate;
  /** True for a parameter that carries a credential: no caller ever fills it. */
  readonly isCredential: (location: string, name: string) => boolean;
  readonly reportLoss: ReportLoss;
}

/**
 * The parameters a caller fills: those of the path item overridden by the operation's own, in declared order, without
 * credentials and the headers that OpenAPI ignores; every variable of the path has one.
 *
 * @throws SkipOperation `malformed-parameter`, or for a broken reference.
 */
export function readParameters(operation: Operation, reading: ParameterReading): Parameter[] {
  const declared = [
    ...listOf(operation.pathItem['parameters'], appendPointer(operation.pathItemPointer, 'parameters')),
    ...listOf(operation.operation['parameters'], appendPointer(operation.pointer, 'parameters')),
  ];
  const byPlace = new Map<string, Parameter>();
  for (const { value, pointer } of declared) {
    const parameter = readParameter(value, pointer, reading);
    byPlace.set(`${parameter.in} ${normalName(parameter)}`, parameter);
  }
  const usable = [...byPlace.values()].filter((parameter) => isFilledByCaller(parameter, reading));
  return [...usable, ...undeclaredVariables(usable, operation, reading)];
}

function listOf(parameters: Json | undefined, pointer: string): { value: Json; pointer: string }[] {
  if (parameters === undefined || parameters === null) return [];
  if (!Array.isArray(parameters)) throw new SkipOperation('malformed-parameter', `${pointer} is not a list`);
  return parameters.map((value, index) => ({ value, pointer: appendPointer(pointer, index) }));
}

function readParameter(declared: Json, at: string, { references, reportLoss }: ParameterReading): Parameter {
  const { value, pointer } = references.follow(declared, at);
  if (!isJsonObject(value)) throw new SkipOperation('malformed-parameter', `${at} is not a parameter`);
  const { name, in: location } = value;
  if (typeof name !== 'string' || name === '') {
    throw new SkipOperation('malformed-parameter', `${at} has no \`name\``);
  }
  if (!isLocation(location)) {
    const problem = `${at} has no \`in\` that is path, query, header or cookie`;
    throw new SkipOperation('malformed-parameter', problem);
  }
  const style = readStyle(value, { location, name, reportLoss });
  return {
    in: location,
    name,
    required: location === 'path' || value['required'] === true,
    style,
    explode: typeof value['explode'] === 'boolean' ? value['explode'] : style === 'form',
    allowReserved: value['allowReserved'] === true,
    ...readValue(value, pointer, references),
    description: typeof value['description'] === 'string' ? value['description'] : undefined,
    deprecated: value['deprecated'] === true,
  };
}

function readStyle(
  parameter: JsonObject,
  place: { location: ParameterLocation; name: string; reportLoss: ReportLoss },
): ParameterStyle {
  const styles = STYLES[place.location];
  const declared = parameter['style'];
  const known = styles.find((style) => style === declared);
  if (known === undefined && declared !== undefined) {
    const { location, name } = place;
    place.reportLoss(
      'style-ignored',
      `${location} parameter ${name}: ${JSON.stringify(declared).slice(0, 80)}`,
    );
  }
  return known ?? styles[0];
}

/** A parameter's value is described by `schema`, or by `content` with the media type it is serialised as. */
function readValue(
  parameter: JsonObject,
  pointer: string,
  references: References,
): { schema: Json; schemaPointer: string; mediaType?: string } {
  const content = parameter['content'];
  const mediaType = isJsonObject(content) ? bestMediaType(Object.keys(content)) : undefined;
  if (mediaType === undefined || !isJsonObject(content)) {
    return { schema: parameter['schema'] ?? {}, schemaPointer: appendPointer(pointer, 'schema') };
  }
  const place = appendPointer(appendPointer(pointer, 'content'), mediaType);
  const media = references.follow(content[mediaType], place);
  const schema = isJsonObject(media.value) ? (media.value['schema'] ?? {}) : {};
  return { schema, schemaPointer: appendPointer(media.pointer, 'schema'), mediaType };
}

function isFilledByCaller(
  parameter: Parameter,
  { template, isCredential, reportLoss }: ParameterReading,
): boolean {
  if (parameter.in === 'header' && IGNORED_HEADERS.has(parameter.name.toLowerCase())) return false;
  if (isCredential(parameter.in, parameter.name)) return false;
  if (parameter.in !== 'path' || template.variables.includes(parameter.name)) return true;
  reportLoss('unused-path-parameter', `the path has no {${parameter.name}}`);
  return false;
}

function undeclaredVariables(
  parameters: readonly Parameter[],
  operation: Operation,
  { template, reportLoss }: ParameterReading,
): Parameter[] {
  const declared = new Set(parameters.filter((each) => each.in === 'path').map((each) => each.name));
  return template.variables
    .filter((name) => !declared.has(name))
    .map((name) => {
      reportLoss('undeclared-path-parameter', `no parameter describes {${name}}`);
      return {
        in: 'path',
        name,
        required: true,
        style: 'simple',
        explode: false,
        allowReserved: false,
        schema: { type: 'string' },
        schemaPointer: operation.pointer,
        description: undefined,
        deprecated: false,
      };
    });
}

function isLocation(value: Json | undefined): value is ParameterLocation {
  return typeof value === 'string' && Object.hasOwn(STYLES, value);
}

/** Header names are the same in any case. */
function normalName(parameter: Parameter): string {
  return parameter.in === 'header' ? parameter.name.toLowerCase() : parameter.name;
}
