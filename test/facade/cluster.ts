import type { Contribution } from '../../src/catalog/entries.ts';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';

/** Kinds of a small cluster: group, versions, whether there is a deep body. */
const KINDS = [
  { kind: 'Pod', group: 'Core', base: '/api', versions: ['v1'] },
  { kind: 'ConfigMap', group: 'Core', base: '/api', versions: ['v1'] },
  { kind: 'Deployment', group: 'Apps', base: '/apis/apps', versions: ['v1'] },
  { kind: 'CronJob', group: 'Batch', base: '/apis/batch', versions: ['v1', 'v1beta1'] },
  {
    kind: 'HorizontalPodAutoscaler',
    group: 'Autoscaling',
    base: '/apis/autoscaling',
    versions: ['v1', 'v2', 'v2beta2'],
  },
] as const;

const OPTIONS = [
  'pretty',
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'resourceVersion',
  'timeoutSeconds',
  'continue',
  'limit',
].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string' },
  description: `What ${name} is for, said in a sentence as long as those of a real document are. And then in another one.`,
}));

const inPath = (name: string): Json => ({ name, in: 'path', required: true, schema: { type: 'string' } });

/** A document in the manner of a cluster's: names as long, as many options, bodies as deep, everything in twins. */
function clusterDocument(): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const { kind, group, base, versions } of KINDS) {
    for (const version of versions) {
      const plural = `${kind.toLowerCase()}s`;
      const named = `${group}${version[0]?.toUpperCase()}${version.slice(1)}Namespaced${kind}`;
      const operation = (
        verb: string,
        id: string,
        body: boolean,
        parameters: readonly Json[],
      ): JsonObject => ({
        operationId: id,
        description: `${verb} ${kind}`,
        tags: [`${group}_${version}`],
        parameters: [...parameters, ...OPTIONS],
        ...(body && {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Whole' } } },
          },
        }),
        responses: { '200': { description: 'ok' } },
      });
      const all = [inPath('namespace')];
      const one = [...all, inPath('name')];
      paths[`${base}/${version}/namespaces/{namespace}/${plural}`] = {
        get: operation('list objects of kind', `list${named}`, false, all),
        post: operation('create a', `create${named}`, true, all),
      };
      paths[`${base}/${version}/${plural}`] = {
        get: operation('list objects of kind', `list${group}${version}${kind}ForAllNamespaces`, false, []),
      };
      paths[`${base}/${version}/namespaces/{namespace}/${plural}/{name}`] = {
        get: operation('read the specified', `read${named}`, false, one),
        put: operation('replace the specified', `replace${named}`, true, one),
        delete: operation('delete a', `delete${named}`, false, one),
      };
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'cluster', version: '1' },
    paths,
    components: { schemas: SCHEMAS },
  };
}

const member = (name: string, schema: JsonObject = { type: 'string' }): [string, JsonObject] => [
  name,
  {
    ...schema,
    description: `${name} says what ${name} is to be. More info is where more info is, and it is long.`,
  },
];
const many = (prefix: string, count: number): [string, JsonObject][] =>
  Array.from({ length: count }, (_, index) => member(`${prefix}${index}`));

const SCHEMAS: JsonObject = {
  Whole: {
    type: 'object',
    required: ['spec'],
    properties: Object.fromEntries([
      member('metadata', { $ref: '#/components/schemas/Metadata' }),
      member('spec', { $ref: '#/components/schemas/Spec' }),
    ]),
  },
  Metadata: { type: 'object', properties: Object.fromEntries(many('meta', 15)) },
  Spec: {
    type: 'object',
    required: ['template', 'replicas'],
    properties: Object.fromEntries([
      ...many('option', 12),
      member('replicas', { type: 'integer', minimum: 0 }),
      member('policy', { type: 'string', enum: ['Always', 'Never'] }),
      member('template', { $ref: '#/components/schemas/Template' }),
    ]),
  },
  Template: {
    type: 'object',
    required: ['containers'],
    properties: Object.fromEntries([
      ...many('setting', 30),
      member('containers', { type: 'array', items: { $ref: '#/components/schemas/Container' } }),
      member('inner', { $ref: '#/components/schemas/Template' }),
    ]),
  },
  Container: {
    type: 'object',
    required: ['name'],
    properties: Object.fromEntries([...many('detail', 40), member('name'), member('image')]),
  },
};

export function compileCluster(): Contribution {
  return compileOpenApi({
    source: 'cluster',
    file: 'cluster.json',
    text: JSON.stringify(clusterDocument()),
  });
}
