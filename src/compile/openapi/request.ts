import type { JsonObject } from '../../catalog/json.ts';
import type { Body } from './body.ts';
import type { Dialect } from './dialect.ts';
import { createInput, type Input } from './input.ts';
import { essenceOf } from './media-types.ts';
import type { Operation } from './operations.ts';
import { listParameters, type DeclaredParameter } from './parameter-list.ts';
import { readParameters, type Parameter } from './parameters.ts';
import type { PathTemplate } from './path.ts';
import type { ReportLoss } from './reasons.ts';
import type { References } from './references.ts';
import type { SchemaLibrary } from './schemas/library.ts';
import { isCredentialParameter, type SecuritySchemes } from './security.ts';
import type { OpenApiOptions, OperationCustomisation } from './settings.ts';
import { findSharedOptions } from './shared-options.ts';

/** What reading an operation's request needs. */
export interface RequestReading {
  readonly root: JsonObject;
  readonly dialect: Dialect;
  readonly references: References;
  readonly schemas: SchemaLibrary;
  readonly securitySchemes: SecuritySchemes;
  readonly options: OpenApiOptions;
  readonly template: PathTemplate;
  readonly set: OperationCustomisation;
  readonly reportLoss: ReportLoss;
}

/**
 * The parameters of an operation, and with its body laid out as arguments for a caller.
 *
 * @throws SkipOperation when a part that a request needs cannot be read.
 */
export function readRequest(
  operation: Operation,
  reading: RequestReading,
): { readonly parameters: readonly Parameter[]; readonly input: Input } {
  const { dialect, references, schemas, securitySchemes } = reading;
  const { locations, readParameter } = dialect;
  const declared = listParameters(operation, { ...reading, locations });
  const isCredential = (location: string, name: string): boolean =>
    isCredentialParameter(securitySchemes, location, name);
  const parameters = readParameters(operation, declared, { ...reading, readParameter, isCredential });
  const body = readChosenBody(operation, declared, reading);
  const shared = findSharedOptions(operation.method, parameters, { body, references });
  return { parameters, input: createInput(parameters, body, schemas, shared) };
}

function readChosenBody(
  operation: Operation,
  declared: readonly DeclaredParameter[],
  reading: RequestReading,
): Body | undefined {
  const { options, set, reportLoss } = reading;
  const { mediaType } = set;
  const preferred = options.mediaTypes ?? [];
  const mediaTypes = mediaType === undefined ? preferred : [mediaType, ...preferred];
  const body = reading.dialect.readBody(operation, declared, {
    ...reading,
    mediaTypes,
    forms: options.forms,
  });
  if (mediaType !== undefined && essenceOf(body?.mediaType ?? '') !== essenceOf(mediaType)) {
    reportLoss('unknown-media-type', `${mediaType}: sent is ${body?.mediaType ?? 'no body'}`);
  }
  return body;
}
