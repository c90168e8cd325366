import type { JsonSchema } from '../../catalog/json.ts';
import type { EntryKind } from '../../catalog/sight.ts';
import { ACCESS } from '../../catalog/tool.ts';
import type { Explanation, SharedWord } from '../../search/ranking/explain.ts';
import { listOf, objectOf } from '../schema-parts.ts';
import type { FindDocument, Found } from './answers.ts';

const TEXT: JsonSchema = { type: 'string' };
const SHARE: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };

const WORD = objectOf<keyof SharedWord>(
  {
    word: { ...TEXT, description: 'As it was asked for.' },
    synonym: { ...TEXT, description: 'What stands there instead: another name of it.' },
    fields: listOf(TEXT, 'Where it stands: `name`, `hints` and so on.'),
    share: { ...SHARE, description: 'Its share of all that words count for.' },
  },
  ['synonym'],
);

const WHY = objectOf<keyof Explanation>(
  {
    words: listOf(WORD, 'What it shares with the question in words, the most telling first.'),
    letters: {
      ...SHARE,
      description:
        'Which part of the question’s runs of four letters are in its name, or in how its description begins.',
    },
    action: {
      type: 'number',
      minimum: 0,
      description: 'More than 1 where it does what is asked for, less where it does something else.',
    },
    prior: {
      ...SHARE,
      description: 'Less than 1 where it is seldom meant: deprecated, unstable, a side road.',
    },
    nearness: {
      type: 'number',
      minimum: -1,
      maximum: 1,
      description: 'Nearness in meaning: the cosine of the two vectors. Absent where it is not known.',
    },
  },
  ['nearness'],
);

const FOUND = objectOf<keyof Found>(
  {
    name: {
      ...TEXT,
      description: 'As clients of the endpoint see and send it: a name, a URI, a URI template.',
    },
    kind: { enum: ['tool', 'resource', 'template', 'prompt'] satisfies EntryKind[] },
    source: TEXT,
    access: { enum: [...ACCESS] },
    description: { ...TEXT, description: 'What it is for, in a sentence; may be empty.' },
    also: listOf(
      objectOf({ name: TEXT, difference: { ...TEXT, description: 'How it differs; may be empty.' } }),
      'Variants of it that were found, too.',
    ),
    why: { ...WHY, description: 'With `--explain`: why it stands where it stands.' },
  },
  ['why'],
);

const HERE = objectOf<keyof FindDocument>({
  queries: listOf(
    objectOf({ query: TEXT, found: listOf(FOUND, 'Best first; empty where nothing is found.') }),
    'In the order in which they were asked.',
  ),
  sources: listOf(TEXT, 'Where was searched: sources of which the principal may use something.'),
});

const THERE = objectOf({
  url: { ...TEXT, description: 'The endpoint that was asked.' },
  answer: { ...TEXT, description: 'What it tells agents: text, whose form may change.' },
});

/** JSON Schema of what `find --json` prints. */
export const FIND_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Bailiwick find',
  description:
    'What `bailiwick find --json` prints: `queries` and `sources`, or with `--url` the answer of the gateway there. Later versions may add members, and take none away.',
  anyOf: [HERE, THERE],
};
