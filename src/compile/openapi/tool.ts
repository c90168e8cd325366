import type { HttpBinding, Pagination, ResultBinding } from '../../catalog/binding.ts';
import type { Json } from '../../catalog/json.ts';
import { toShownName } from '../../catalog/names.ts';
import type { Tool, ToolAttributes } from '../../catalog/tool.ts';
import { fitDescription } from '../present/description.ts';
import { present } from '../present/present.ts';
import type { SchemaSettings } from '../settings.ts';
import { toAccess, toAnnotations } from './access.ts';
import { toDescription, toTitle } from './describe.ts';
import type { Dialect } from './dialect.ts';
import type { OpenApiDocument } from './document.ts';
import { fixArguments } from './fixed-arguments.ts';
import { argumentsOf, type Input } from './input.ts';
import { readKubernetes } from './kubernetes.ts';
import { isJsonMediaType } from './media-types.ts';
import type { Operation } from './operations.ts';
import { detectPagination } from './pagination.ts';
import { splitPath, type PathTemplate } from './path.ts';
import { SkipOperation, type ReportLoss } from './reasons.ts';
import type { References } from './references.ts';
import { readRequest } from './request.ts';
import { acceptedMediaTypes, createOutputSchema, type Projection } from './responses.ts';
import { once, type SchemaLibrary } from './schemas/library.ts';
import { readSecurity, type SecuritySchemes } from './security.ts';
import { offerSelect } from './select-argument.ts';
import type { ServerFacts, ServerReader } from './servers.ts';
import type { OpenApiOptions, OperationCustomisation } from './settings.ts';

/** What all operations of a document share while they are compiled. */
export interface Compilation {
  readonly source: string;
  readonly document: OpenApiDocument;
  readonly dialect: Dialect;
  readonly references: References;
  readonly schemas: SchemaLibrary;
  readonly securitySchemes: SecuritySchemes;
  readonly options: OpenApiOptions;
  readonly serverOf: ServerReader;
  readonly presentation: SchemaSettings;
}

/** What an operation's tool is called, and what is different about it. */
export interface Presented {
  readonly name: string;
  readonly set: OperationCustomisation;
}

/**
 * One operation as a tool. All that policy and lists look at is there at once; its schemas are checked now and converted
 * when somebody asks for them.
 *
 * @throws SkipOperation when the operation cannot become a tool.
 */
export function compileOperation(
  operation: Operation,
  { name, set }: Presented,
  compilation: Compilation,
  reportLoss: ReportLoss,
): Tool {
  if (set.hidden === true) throw new SkipOperation('hidden', 'hidden by a rule or by `x-bailiwick`');
  const { document, dialect, references, schemas } = compilation;
  const { root } = document;
  const template = splitPath(operation.path);
  const request = readRequest(operation, { ...compilation, root, template, set, reportLoss });
  const security = readSecurity(operation, {
    root,
    schemes: compilation.securitySchemes,
    reportLoss,
  });
  const responses = dialect.readSuccessResponses(operation, { root, references, reportLoss });
  const accepts = acceptedMediaTypes(responses);
  const access = set.access ?? toAccess(operation.method);
  const { input, ...fixed } = readInput(request.input, {
    set,
    isJson: accepts.some(isJsonMediaType),
    pagination:
      access === 'read'
        ? detectPagination(request.parameters, request.input, responses, references)
        : undefined,
    offersSelect: compilation.options.select !== false,
    reportLoss,
  });
  const outputSchema = once(() =>
    createOutputSchema(responses, { references, schemas, projection: projectionOf(fixed.result) }),
  );
  const title = toTitle(operation.operation);
  const { source, presentation } = compilation;
  const description = fitDescription(
    set.description ?? toDescription(operation.operation, operation.label),
    presentation,
  );
  const presented = once(() =>
    present({ name: toShownName(source, name), description, schema: input.schema() }, presentation),
  );
  return {
    source,
    name,
    ...(title !== undefined && { title }),
    description,
    get inputSchema() {
      return presented().inputSchema;
    },
    get validationSchema() {
      return input.schema();
    },
    // To know in advance whether there is one would cost the conversion of every response.
    get outputSchema() {
      return outputSchema();
    },
    annotations: toAnnotations(operation, title, set.access),
    access,
    scopes: set.scopes ?? security.scopes,
    attributes: toAttributes(operation, set.tags),
    ...(set.hints !== undefined && { hints: set.hints }),
    binding: toBinding(operation, {
      template,
      input,
      fixed,
      security: security.schemes,
      accepts,
      server: compilation.serverOf(operation, reportLoss),
    }),
  };
}

function projectionOf(result: ResultBinding | undefined): Projection {
  if (result?.select !== undefined) return 'configuration';
  return result?.selectArgument === undefined ? 'nobody' : 'caller';
}

function readInput(
  declared: Input,
  options: {
    readonly set: OperationCustomisation;
    readonly isJson: boolean;
    readonly pagination: Pagination | undefined;
    readonly offersSelect: boolean;
    readonly reportLoss: ReportLoss;
  },
): { readonly input: Input } & Pick<HttpBinding, 'pinned' | 'defaults' | 'result'> {
  const { set, isJson, pagination, offersSelect, reportLoss } = options;
  const { input, pinned, defaults } = fixArguments(declared, set, reportLoss);
  const offered =
    isJson && offersSelect ? offerSelect(input, argumentsOf(declared)) : { input, argument: undefined };
  const result: ResultBinding = {
    ...(set.select !== undefined && { select: set.select }),
    ...(offered.argument !== undefined && { selectArgument: offered.argument }),
    ...(pagination !== undefined && !Object.hasOwn(pinned, pagination.argument) && { pagination }),
  };
  return {
    input: offered.input,
    ...(Object.keys(pinned).length > 0 && { pinned }),
    ...(Object.keys(defaults).length > 0 && { defaults }),
    ...(Object.keys(result).length > 0 && { result }),
  };
}

function toBinding(
  { method }: Operation,
  parts: {
    readonly template: PathTemplate;
    readonly input: Input;
    readonly fixed: Pick<HttpBinding, 'pinned' | 'defaults' | 'result'>;
    readonly security: HttpBinding['security'];
    readonly accepts: readonly string[];
    readonly server: ServerFacts;
  },
): HttpBinding {
  const { template, input, fixed, security, accepts, server } = parts;
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
    ...fixed,
  };
}

function toAttributes(
  { operation, method, path }: Operation,
  chosen: readonly string[] | undefined,
): ToolAttributes {
  const declared: readonly Json[] = chosen ?? (Array.isArray(operation['tags']) ? operation['tags'] : []);
  const tags = [...new Set(declared.filter((tag) => typeof tag === 'string'))];
  const kubernetes = readKubernetes(operation);
  return { ...(tags.length > 0 && { tags }), method, path, ...(kubernetes && { kubernetes }) };
}
