import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';

/* `specs/helpdesk.yaml` as the tests read it. */

type Node = Record<string, any>;

export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly node: Node;
}

export const document: Node = parse(
  readFileSync(new URL('../../specs/helpdesk.yaml', import.meta.url), 'utf8'),
);

export const documentedOperations: readonly DocumentedOperation[] = Object.entries<Node>(
  document['paths'],
).flatMap(([path, item]) =>
  Object.entries<Node>(item)
    .filter(([method]) => method !== 'parameters')
    .map(([method, node]) => ({ id: node['operationId'], method: method.toUpperCase(), path, node })),
);

export function follow(node: Node): Node {
  if (typeof node['$ref'] !== 'string') return node;
  const found = node['$ref']
    .slice(2)
    .split('/')
    .reduce<Node | undefined>((at, key) => at?.[key], document);
  if (found === undefined) throw new Error(`nothing at ${node['$ref']}`);
  return follow(found);
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ $id: 'doc:', components: closed(document['components']) });

const validators = new WeakMap<Node, ReturnType<typeof ajv.compile>>();

/** What is wrong with a value by a schema of the document; `[]` when nothing is. Members nobody documented are wrong. */
export function errorsOf(schema: Node, value: unknown): string[] {
  const validate = validators.get(schema) ?? ajv.compile(closed(withAbsoluteRefs(schema)));
  validators.set(schema, validate);
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

function withAbsoluteRefs(schema: Node): Node {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#/') ? `doc:${value}` : value,
  );
}

/** Objects take no members beyond the documented ones. */
function closed(components: Node): Node {
  return JSON.parse(JSON.stringify(components), (_, value) =>
    value?.type === 'object' && value.properties !== undefined
      ? { ...value, additionalProperties: false }
      : value,
  );
}
