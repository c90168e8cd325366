import type { Target } from '../../catalog/entries.ts';
import type { JsonObject } from '../../catalog/json.ts';

/** What a condition sees of a request to a model, at every door. */
const MODEL: JsonObject = {
  type: 'object',
  properties: { model: { type: 'string' }, max_tokens: {}, messages: {}, tools: {}, stream: {} },
  required: ['model'],
};

const NO_ARGUMENTS: JsonObject = { type: 'object', additionalProperties: false };

/** The schema of the arguments of a target of which policy itself knows them. */
export function schemaOf(target: Exclude<Target, { kind: 'prompt' }>): JsonObject {
  switch (target.kind) {
    case 'tool':
      return target.tool.inputSchema;
    case 'resource':
      return NO_ARGUMENTS;
    case 'model':
      return MODEL;
  }
}
