import type { Json, JsonObject } from '../../../src/catalog/json.ts';

/** A document with so many operations and schemas, each schema with references to others: as large APIs are. */
export function createDocument(operations: number, schemas: number): JsonObject {
  const names = Array.from({ length: schemas }, (_, index) => `Type${index}`);
  const reference = (index: number): JsonObject => ({ $ref: `#/components/schemas/Type${index % schemas}` });
  const components = names.map((name, index): [string, Json] => [
    name,
    {
      type: 'object',
      description: `What ${name} is and does, in a sentence of the usual length, for those who read it.`,
      required: ['id'],
      properties: {
        id: { type: 'string', description: 'Identifies it among all of its kind.' },
        count: { type: 'integer', format: 'int32' },
        next: reference(index + 1),
        parts: { type: 'array', items: reference(index * 2 + 1) },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  ]);
  const paths = Array.from({ length: operations }, (_, index): [string, Json] => [
    `/things${index}/{id}`,
    {
      put: {
        operationId: `putThing${index}`,
        description: 'Replaces the thing with this id.',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'dryRun', in: 'query', schema: { type: 'boolean' } },
        ],
        requestBody: { content: { 'application/json': { schema: reference(index) } } },
        responses: {
          200: { description: 'OK', content: { 'application/json': { schema: reference(index) } } },
        },
      },
    },
  ]);
  return {
    openapi: '3.0.0',
    info: { title: 'Generated', version: '1' },
    paths: Object.fromEntries(paths),
    components: { schemas: Object.fromEntries(components) },
  };
}
