import type { JsonSchema } from '../../catalog/json.ts';
import { ACCESS } from '../../catalog/tool.ts';
import type { Asked } from '../../audit/searches/asked.ts';
import type {
  MissingHints,
  NeverCalled,
  SearchSummary,
  SourceSummary,
} from '../../audit/searches/summary.ts';
import { listOf, objectOf } from '../schema-parts.ts';
import type { SearchReport } from './report.ts';

const TEXT: JsonSchema = { type: 'string' };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const TARGET: JsonSchema = {
  ...TEXT,
  description:
    '`<source>/<own name>` of a tool; the kind and a space stand before a resource, a template or a prompt.',
};
const TIME: JsonSchema = {
  ...TEXT,
  description: 'RFC 3339, UTC, milliseconds; empty where there is no search.',
};

const ASKED = objectOf<keyof Asked>({
  question: {
    ...TEXT,
    description:
      'As it was recorded first: masked. Questions of the same words are one, in any order and case.',
  },
  times: COUNT,
  empty: { ...COUNT, description: 'How often it found nothing.' },
});

const MISSING = objectOf<keyof MissingHints>(
  {
    target: TARGET,
    access: {
      enum: [...ACCESS],
      description: 'As it was when it was called; absent where that is not known.',
    },
    searches: COUNT,
    questions: listOf(
      ASKED,
      'The questions that did not tell it. Empty where the record does not hold them.',
    ),
  },
  ['access'],
);

const NEVER_CALLED = objectOf<keyof NeverCalled>({
  target: TARGET,
  told: { ...COUNT, description: 'Searches that told it, and whose time for a call is over.' },
  first: { ...COUNT, description: 'How often it was the first.' },
});

const SOURCE = objectOf<keyof SourceSummary>({
  source: TEXT,
  told: { ...COUNT, description: 'Searches that told something of it.' },
  called: { ...COUNT, description: 'Searches that led to a call of something of it that they told.' },
  otherwise: {
    ...COUNT,
    description: 'Searches that led to a call of something of it that they did not tell.',
  },
});

const LED = objectOf<keyof SearchSummary['led']>({
  told: { ...COUNT, description: 'To a call of something that they told.' },
  otherwise: { ...COUNT, description: 'To calls of other things alone: found otherwise, or known before.' },
  nothing: COUNT,
  open: { ...COUNT, description: 'Not known yet: the time for a call is not over.' },
});

const RANKS = objectOf<keyof SearchSummary['ranks']>({
  first: { ...COUNT, description: 'What was told first was called.' },
  topFive: { ...COUNT, description: 'One of the first five was.' },
});

const MEMBERS: Record<keyof SearchReport, JsonSchema> = {
  first: TIME,
  last: TIME,
  byHand: { ...COUNT, description: 'Searches by `bailiwick find`. Not part of `searches`.' },
  withinMinutes: {
    ...COUNT,
    description: 'How long after a search a call of the same caller counts for it.',
  },
  searches: COUNT,
  led: { ...LED, description: 'What the searches led to; they add up to `searches`.' },
  ranks: { ...RANKS, description: 'Of `led.told`, by the best place of what was called.' },
  foundNothing: { ...COUNT, description: 'Searches that were told nothing, whatever they led to.' },
  folded: {
    ...COUNT,
    description: 'Searches in floods, of which the record holds the number alone. Not part of `searches`.',
  },
  withoutQuestions: {
    ...COUNT,
    description: 'Searches whose questions the record does not hold (`audit.arguments: digest`).',
  },
  unanswered: listOf(ASKED, 'Questions after which nothing was called that they told.'),
  missing: listOf(
    MISSING,
    'What was called after questions that did not tell it: its hints miss their words.',
  ),
  neverCalled: listOf(NEVER_CALLED, 'What was told three times or more, and never called after it.'),
  sources: listOf(SOURCE, 'By source.'),
  hints: {
    ...TEXT,
    description: 'The lines of `missing` as a file of hints holds them; empty where there are none.',
  },
  leftOut: {
    ...COUNT,
    description: 'Questions and entries that are in no list, because there are too many to be told apart.',
  },
};

/** JSON Schema of what `search report --json` prints. */
export const SEARCH_REPORT_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Bailiwick search report',
  description:
    'What `bailiwick search report --json` prints: lists begin with the most, and have 100 entries at most. Later versions may add members, and take none away.',
  ...objectOf(MEMBERS),
};
