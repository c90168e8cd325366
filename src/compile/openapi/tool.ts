import type { HttpBinding } from '../../catalog/binding.ts';
import type { Json } from '../../catalog/json.ts';
import type { Tool, ToolAttributes } from '../../catalog/tool.ts';
import { toAccess, toAnnotations } from './access.ts';
import { readBody } from './body.ts';
import { toDescription, toTitle } from './describe.ts';
import type { OpenApiDocument } from './document.ts';
import { createInput, type Input } from './input.ts';
import type { Operation } from './operations.ts';
import { readParameters, type Parameter } from './parameters.ts';
import { splitPath, type PathTemplate } from './path.ts';
import type { ReportLoss } from './reasons.ts';
import type { References } from './references.ts';
import { acceptedMediaTypes, createOutputSchema, readSuccessResponses } from './responses.ts';
import { once, type SchemaLibrary } from './schemas/library.ts';
import { isCredentialParameter, readSecurity, type SecuritySchemes } from './security.ts';
import type { ServerFacts, ServerReader } from './servers.ts';
import type { OpenApiOptions } from './settings.ts';

/** What all operations of a document share while they are compiled. */
export interface Compilation {
  readonly source: string;
  readonly document: OpenApiDocument;
  readonly references: References;
  readonly schemas: SchemaLibrary;
  readonly securitySchemes: SecuritySchemes;
  readonly options: OpenApiOptions;
  readonly serverOf: ServerReader;
}

/**
 * One operation as a tool. All that policy and lists look at is there at once; its schemas are checked now and converted
 * when somebody asks for them.
 *
 * @throws SkipOperation when the operation cannot become a tool.
 */
export function compileOperation(
  operation: Operation,
  name: string,
  compilation: Compilation,
  reportLoss: ReportLoss,
): Tool {
  const { document, references, schemas } = compilation;
  const template = splitPath(operation.path);
  const parameters = readCheckedParameters(operation, template, compilation, reportLoss);
  const { mediaTypes, forms } = compilation.options;
  const body = readBody(operation, { references, schemas, reportLoss, mediaTypes, forms });
  const input = createInput(parameters, body, schemas);
  const security = readSecurity(operation, {
    root: document.root,
    schemes: compilation.securitySchemes,
    reportLoss,
  });
  const responses = readSuccessResponses(operation, { references, reportLoss });
  const outputSchema = once(() => createOutputSchema(responses, { references, schemas }));
  const title = toTitle(operation.operation);
  return {
    source: compilation.source,
    name,
    ...(title !== undefined && { title }),
    description: toDescription(operation.operation, operation.label),
    get inputSchema() {
      return input.schema();
    },
    get validationSchema() {
      return input.schema();
    },
    // To know in advance whether there is one would cost the conversion of every response.
    get outputSchema() {
      return outputSchema();
    },
    annotations: toAnnotations(operation.method, operation.operation, title),
    access: toAccess(operation.method),
    scopes: security.scopes,
    attributes: toAttributes(operation),
    binding: toBinding(operation, {
      template,
      input,
      security: security.schemes,
      accepts: acceptedMediaTypes(responses),
      server: compilation.serverOf(operation, reportLoss),
    }),
  };
}

function readCheckedParameters(
  operation: Operation,
  template: PathTemplate,
  { references, schemas, securitySchemes }: Compilation,
  reportLoss: ReportLoss,
): Parameter[] {
  const isCredential = (location: string, name: string): boolean =>
    isCredentialParameter(securitySchemes, location, name);
  const parameters = readParameters(operation, { references, template, isCredential, reportLoss });
  for (const { schema, schemaPointer } of parameters) {
    for (const each of schemas.check(schema, schemaPointer)) reportLoss('cyclic-composition', each);
  }
  return parameters;
}

function toBinding(
  { method }: Operation,
  parts: {
    readonly template: PathTemplate;
    readonly input: Input;
    readonly security: HttpBinding['security'];
    readonly accepts: readonly string[];
    readonly server: ServerFacts;
  },
): HttpBinding {
  const { template, input, security, accepts, server } = parts;
  return {
    kind: 'http',
    method,
    path: template.path,
    fixedQuery: template.query,
    ...server,
    parameters: input.parameters,
    ...(input.body !== undefined && { body: input.body }),
    security,
    accepts,
  };
}

function toAttributes({ operation, method, path }: Operation): ToolAttributes {
  const declared: Json[] = Array.isArray(operation['tags']) ? operation['tags'] : [];
  const tags = [...new Set(declared.filter((tag) => typeof tag === 'string'))];
  return { ...(tags.length > 0 && { tags }), method, path };
}
