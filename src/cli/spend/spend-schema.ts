import type { JsonSchema } from '../../catalog/json.ts';
import { DIMENSIONS } from './dimensions.ts';
import type { BudgetsDocument, SpendDocument, SumsDocument } from './spend-document.ts';

const TEXT: JsonSchema = { type: 'string' };
const TEXT_OR_NULL: JsonSchema = { type: ['string', 'null'] };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const DAY: JsonSchema = { type: 'string', format: 'date' };
const MOMENT: JsonSchema = { type: 'string', format: 'date-time' };
const DECIMAL: JsonSchema = { type: 'string', pattern: String.raw`^\d+(\.\d{1,9})?$` };

const SUMS: Record<keyof SumsDocument, JsonSchema> = {
  calls: { ...COUNT, description: 'Calls that were sent.' },
  inputTokens: { ...COUNT, description: 'Tokens that were read.' },
  outputTokens: { ...COUNT, description: 'Tokens that were written.' },
  usd: { ...DECIMAL, description: 'US dollars, exactly: a decimal number as text.' },
  lost: { ...COUNT, description: 'Of the calls, those whose process ended before they did.' },
  bound: {
    ...COUNT,
    description:
      'Of the calls, those that are charged at the most they can cost, because what they did cost is not known.',
  },
};

const TOTAL: JsonSchema = { type: 'object', properties: { ...SUMS }, required: Object.keys(SUMS) };

const ROW: JsonSchema = {
  ...TOTAL,
  description:
    'One for each of those that are told apart, with the names that `by` asks for; null where it has none.',
  properties: {
    team: { ...TEXT_OR_NULL, description: 'By `team`.' },
    issuer: { ...TEXT_OR_NULL, description: 'By `principal`: who vouches for the subject.' },
    subject: { ...TEXT_OR_NULL, description: 'By `principal`.' },
    key: { ...TEXT_OR_NULL, description: 'By `key`: the short name of the credential.' },
    client: { ...TEXT_OR_NULL, description: 'By `client`.' },
    source: { ...TEXT_OR_NULL, description: 'By `source` or `tool`.' },
    kind: { enum: ['tool', 'resource', 'prompt', 'model'], description: 'By `tool`: what was called.' },
    name: { ...TEXT_OR_NULL, description: 'By `tool`: its own name; of a resource, its URI.' },
    model: { ...TEXT_OR_NULL, description: 'By `model`.' },
    day: { ...DAY, description: 'By `day`.' },
    ...SUMS,
  },
};

const SPEND: Record<keyof SpendDocument, JsonSchema> = {
  from: { ...DAY, description: 'The first day.' },
  to: { ...DAY, description: 'The last day.' },
  timeZone: { ...TEXT, description: 'Where the days begin and end: an IANA name.' },
  by: { type: 'array', items: { enum: [...DIMENSIONS] }, description: 'What is told apart.' },
  rows: {
    type: 'array',
    items: ROW,
    description: 'The most spent first; by `day` first, in the order of the days.',
  },
  total: { ...TOTAL, description: 'All rows together.' },
  unreadable: {
    ...COUNT,
    description: 'Rows of the store that this version cannot read, and did not count.',
  },
};

const BUDGET: Record<keyof BudgetsDocument['budgets'][number], JsonSchema> = {
  limit: { ...TEXT, description: '`<policy>/<id>`.' },
  by: {
    enum: ['rule', 'principal', 'team', 'key', 'client', 'source', 'tool', 'model'],
    description: 'What the limit counts by itself.',
  },
  subject: {
    type: 'object',
    additionalProperties: TEXT_OR_NULL,
    description: 'Whose budget it is, with the names that rows of spend have; empty by `rule`.',
  },
  unit: { enum: ['usd', 'tokens', 'calls'] },
  per: { enum: ['hour', 'day', 'month'] },
  mode: { enum: ['hard', 'soft'] },
  amount: {
    ...DECIMAL,
    description: 'What may be spent in the period: a decimal number of the unit as text.',
  },
  spent: { ...DECIMAL, description: 'What was spent in it.' },
  held: { ...DECIMAL, description: 'What calls hold that are under way.' },
  resetsAt: { ...MOMENT, description: 'When the next period begins.' },
  timeZone: { ...TEXT, description: 'Whose calendar the period is of.' },
};

const BUDGETS: Record<keyof BudgetsDocument, JsonSchema> = {
  at: { ...MOMENT, description: 'When the store was read.' },
  budgets: {
    type: 'array',
    items: { type: 'object', properties: BUDGET, required: Object.keys(BUDGET) },
    description:
      'Budgets in force. One that counts several by themselves is there for each that has used some of it.',
  },
};

/** JSON Schema of what `bailiwick spend --json` prints, with and without `--budgets`. */
export const SPEND_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'bailiwick spend --json',
  description: 'What was spent; with `--budgets`, how full the budgets are. A later version may add members.',
  oneOf: [
    { type: 'object', properties: SPEND, required: Object.keys(SPEND) },
    { type: 'object', properties: BUDGETS, required: Object.keys(BUDGETS) },
  ],
};
