import type { JsonObject } from '../../catalog/json.ts';
import { HINT, MAX_HINTS } from '../../catalog/hints.ts';

const WORDS: JsonObject = {
  type: 'array',
  maxItems: MAX_HINTS,
  items: { type: 'string', pattern: HINT.source },
  description: 'Words in which people ask for the tool. They help to find it, and are shown to nobody.',
};

/** What a file of hints may say, for editors. */
export const HINTS_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Bailiwick hints',
  description:
    'Words that help to find tools: by source, then by the name of a tool, or a glob of names with `*`.',
  type: ['object', 'null'],
  additionalProperties: {
    type: 'object',
    additionalProperties: {
      oneOf: [
        WORDS,
        {
          type: 'object',
          description: 'What a model wrote. `bailiwick hints write` asks again when the tool has changed.',
          required: ['hints', 'by', 'of'],
          additionalProperties: false,
          properties: {
            hints: WORDS,
            by: { type: 'string', minLength: 1, maxLength: 200, description: 'The model.' },
            of: {
              type: 'string',
              pattern: '^sha256:[0-9a-f]{64}$',
              description: 'Digest of what the model was told of the tool.',
            },
          },
        },
      ],
    },
  },
};
