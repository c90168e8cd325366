import type { JsonObject } from '../../catalog/json.ts';
import { readBody, type Body, type BodyReading } from './body.ts';
import type { OpenApiVersion } from './document.ts';
import type { Operation } from './operations.ts';
import type { DeclaredParameter } from './parameter-list.ts';
import type { ParameterReader } from './parameters.ts';
import { readSuccessResponses, type ResponseReading, type SuccessResponse } from './responses.ts';
import { declaredServers, type ServerList } from './servers.ts';
import { createParameterReader, STYLES, STYLES_OF_3_2, type StyleTable } from './styled-parameter.ts';
import { readBody as readSwaggerBody } from './swagger/body.ts';
import {
  LOCATIONS as SWAGGER_LOCATIONS,
  readParameter as readSwaggerParameter,
} from './swagger/parameters.ts';
import { readSuccessResponses as readSwaggerResponses } from './swagger/responses.ts';
import { serversOf as swaggerServersOf } from './swagger/servers.ts';

/** How one version of OpenAPI is read. Whatever the version, what comes out is the same: nothing behind it asks for the version. */
export interface Dialect {
  /** Members of a path item that are operations, in lower case. */
  readonly methods: ReadonlySet<string>;
  /** Whether `additionalOperations` of a path item holds operations by any other method. */
  readonly hasAdditionalOperations: boolean;
  /** The values that a parameter's `in` may have. */
  readonly locations: readonly string[];
  readonly readParameter: ParameterReader;
  readonly readBody: (
    operation: Operation,
    parameters: readonly DeclaredParameter[],
    reading: BodyReading & { readonly root: JsonObject },
  ) => Body | undefined;
  readonly readSuccessResponses: (operation: Operation, reading: ResponseReading) => SuccessResponse[];
  readonly serversOf: ServerList;
  /** Where the document keeps its security schemes. */
  readonly securitySchemes: readonly string[];
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

const SWAGGER: Dialect = {
  methods: new Set(METHODS),
  hasAdditionalOperations: false,
  locations: SWAGGER_LOCATIONS,
  readParameter: readSwaggerParameter,
  readBody: readSwaggerBody,
  readSuccessResponses: readSwaggerResponses,
  serversOf: swaggerServersOf,
  securitySchemes: ['securityDefinitions'],
};

const OPENAPI_3 = createDialect(STYLES, {
  methods: new Set([...METHODS, 'trace']),
  hasAdditionalOperations: false,
});

const DIALECTS: Readonly<Record<OpenApiVersion, Dialect>> = {
  '2.0': SWAGGER,
  '3.0': OPENAPI_3,
  '3.1': OPENAPI_3,
  '3.2': createDialect(STYLES_OF_3_2, {
    methods: new Set([...METHODS, 'trace', 'query']),
    hasAdditionalOperations: true,
  }),
};

/** The dialect of a version: the one place where versions part. */
export function dialectOf(version: OpenApiVersion): Dialect {
  return DIALECTS[version];
}

function createDialect(
  styles: StyleTable,
  operations: Pick<Dialect, 'methods' | 'hasAdditionalOperations'>,
): Dialect {
  return {
    ...operations,
    locations: Object.keys(styles),
    readParameter: createParameterReader(styles),
    readBody: (operation, _parameters, reading) => readBody(operation, reading),
    readSuccessResponses,
    serversOf: declaredServers,
    securitySchemes: ['components', 'securitySchemes'],
  };
}
