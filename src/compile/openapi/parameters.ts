import type { ParameterLocation, ParameterStyle } from '../../catalog/binding.ts';
import type { Json } from '../../catalog/json.ts';
import type { Operation } from './operations.ts';
import { dropOptional, type DeclaredParameter } from './parameter-list.ts';
import type { PathTemplate } from './path.ts';
import type { ReportLoss } from './reasons.ts';
import type { References } from './references.ts';
import type { SchemaLibrary } from './schemas/library.ts';

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

/**
 * Reads one parameter object, each version of OpenAPI in its own way.
 *
 * @returns `undefined` for what is no parameter of a request's head: the body of Swagger 2.0.
 * @throws SkipOperation when the object is not of the version's form, or for a broken reference.
 */
export type ParameterReader = (
  declared: DeclaredParameter,
  reading: { readonly references: References; readonly reportLoss: ReportLoss },
) => Parameter | undefined;

/** Header parameters that the specification says to ignore: the request carries them by other means. */
const IGNORED_HEADERS = new Set(['accept', 'content-type', 'authorization']);

/** What reading an operation's parameters needs. */
export interface ParameterReading {
  readonly references: References;
  readonly schemas: SchemaLibrary;
  readonly template: PathTemplate;
  readonly readParameter: ParameterReader;
  /** True for a parameter that carries a credential: no caller ever fills it. */
  readonly isCredential: (location: string, name: string) => boolean;
  readonly reportLoss: ReportLoss;
}

/**
 * The parameters a caller fills, in declared order, without credentials and the headers that OpenAPI ignores; every
 * variable of the path has one, and every schema is sound. An optional one that is broken is left out with a row.
 *
 * @throws SkipOperation when a required one is broken.
 */
export function readParameters(
  operation: Operation,
  declared: readonly DeclaredParameter[],
  reading: ParameterReading,
): Parameter[] {
  const usable = declared.flatMap((each) => {
    if (!isFilledByCaller(each, reading)) return [];
    const read = dropOptional(each.required, reading.reportLoss, () => readSound(each, reading));
    return read === undefined ? [] : [read];
  });
  const all = [...usable, ...undeclaredVariables(usable, operation, reading)];
  return all.flatMap((parameter) => intoQuery(parameter, all, reading.template));
}

function readSound(declared: DeclaredParameter, reading: ParameterReading): Parameter | undefined {
  const parameter = reading.readParameter(declared, reading);
  if (parameter === undefined) return undefined;
  for (const each of reading.schemas.check(parameter.schema, parameter.schemaPointer))
    reading.reportLoss('cyclic-composition', each);
  return parameter;
}

function isFilledByCaller(
  { location, name }: DeclaredParameter,
  { template, isCredential, reportLoss }: ParameterReading,
): boolean {
  if (location === 'header' && IGNORED_HEADERS.has(name.toLowerCase())) return false;
  if (isCredential(location, name)) return false;
  if (location !== 'path' || template.variables.includes(name) || template.queryVariables.has(name))
    return true;
  reportLoss('unused-path-parameter', `the path has no {${name}}`);
  return false;
}

/**
 * A variable of the path's query (`?page={page}`) is sent as the query parameter that it is, unless one of that name is
 * declared beside it.
 */
function intoQuery(
  parameter: Parameter,
  all: readonly Parameter[],
  { variables, queryVariables }: PathTemplate,
): Parameter[] {
  const name = queryVariables.get(parameter.name);
  if (parameter.in !== 'path' || name === undefined || variables.includes(parameter.name)) return [parameter];
  if (all.some((each) => each.in === 'query' && each.name === name)) return [];
  return [{ ...parameter, in: 'query', name, style: 'form', explode: false }];
}

function undeclaredVariables(
  parameters: readonly Parameter[],
  operation: Operation,
  { template, reportLoss }: ParameterReading,
): Parameter[] {
  const declared = new Set(parameters.filter((each) => each.in === 'path').map((each) => each.name));
  const inQuery = new Set(parameters.filter((each) => each.in === 'query').map((each) => each.name));
  const ofQuery = [...template.queryVariables].filter(([, name]) => !inQuery.has(name));
  return [...template.variables, ...ofQuery.map(([variable]) => variable)]
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
