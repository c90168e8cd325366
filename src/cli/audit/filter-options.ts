import type { Command } from 'commander';
import { STATUSES, TYPES } from '../../audit/record-schema.ts';
import type { Criteria, CriterionName } from '../../audit/read/filter.ts';
import type { Span } from '../../audit/read/span.ts';
import { ACCESS } from '../../catalog/tool.ts';
import { BailiwickError } from '../../errors.ts';
import { compileGlob } from '../../text/glob.ts';
import { suggest } from '../../text/suggest.ts';
import { toMoment } from './moment.ts';

/** What the options of {@link addFilterOptions} become in commander. */
export type FilterOptions = { readonly [name in ValueFilter]?: string[] } & {
  readonly since?: string;
  readonly until?: string;
  readonly shadow?: boolean;
};

/** Filters that take a value. */
type ValueFilter = Exclude<CriterionName, 'shadow'> | 'chain';

/** Which part of a record is asked for. */
export interface Wanted {
  readonly criteria: Criteria;
  readonly span: Span;
  readonly isWanted: (chain: string) => boolean;
}

const DECISIONS = ['permit', 'approve', 'deny', 'refused'];

/** Criteria whose values are known, with the values. */
const WORDS: Partial<Record<CriterionName, readonly string[]>> = {
  access: ACCESS,
  type: TYPES,
  decision: DECISIONS,
  status: STATUSES,
};

/** Every filter, the text of its value and its meaning. */
const FILTERS: readonly (readonly [ValueFilter, string, string])[] = [
  ['principal', 'who', 'the subject, or issuer#subject'],
  ['team', 'name', 'the team of the principal'],
  ['client', 'name', 'the client: its id, or the name that it gives itself'],
  ['key', 'name', 'the credential that was shown, by its short name'],
  ['tool', 'name', 'source_name as /mcp shows it, source/name, or the name of a resource or prompt'],
  ['source', 'name', 'the source'],
  ['access', 'access', ACCESS.join(', ')],
  ['type', 'type', 'the type of the record'],
  ['decision', 'decision', `${DECISIONS.join(', ')}; refused is every call that was not carried out`],
  ['status', 'status', STATUSES.join(', ')],
  ['code', 'code', 'the code of an error or a refusal, e.g. POLICY_DENIED, or the status of HTTP'],
  ['rule', 'id', 'a rule or a limit that took part'],
  ['session', 'id', 'the MCP session, or the first 8 characters of its id'],
  ['call', 'id', 'the call, or the first 8 characters of its id'],
  ['trace', 'id', 'the trace (W3C Trace Context)'],
  ['chain', 'name', 'the chain'],
];

/**
 * Adds the filters that all readers of the record share.
 *
 * @param types the types of records that the command shows
 */
export function addFilterOptions(command: Command, types: readonly string[] = TYPES): Command {
  return addSpanOptions(
    addFilters(
      command,
      FILTERS.map(([name]) => name),
      types,
    ).option('--shadow', 'only what the shadow policies would have decided otherwise'),
  );
}

/** Adds the filters that say whose records are read, and of which time. */
export function addCallerFilterOptions(command: Command): Command {
  return addSpanOptions(addFilters(command, ['principal', 'team', 'client', 'key', 'session', 'chain']));
}

function addFilters(command: Command, names: readonly ValueFilter[], types: readonly string[] = []): Command {
  command.optionsGroup('Filters (* in a value stands for anything; one that is given twice means either):');
  for (const [name, value, meaning] of FILTERS) {
    if (!names.includes(name)) continue;
    const more = name === 'type' ? `: ${types.join(', ')}` : '';
    command.option(`--${name} <${value}>`, meaning + more, collect);
  }
  return command;
}

function addSpanOptions(command: Command): Command {
  return command
    .option('--since <time>', 'from then on: 15m, 2h or 7d (ago), a date (UTC), or RFC 3339')
    .option('--until <time>', 'until then; of a date, until its end');
}

/** Every value of an option that may be given several times. */
function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/**
 * @param now Milliseconds; what `15m` counts back from.
 * @throws BailiwickError `USAGE` for a value that can never match.
 */
export function readFilterOptions(options: FilterOptions, now: number): Wanted {
  const criteria: Criteria = Object.fromEntries(
    FILTERS.flatMap(([name]) => {
      const values = options[name];
      return name === 'chain' || values === undefined ? [] : [[name, toPatterns(name, values)]];
    }),
  );
  const { since, until } = options;
  const span: Span = {
    ...(since !== undefined && { since: toMoment('--since', since, now, false) }),
    ...(until !== undefined && { until: toMoment('--until', until, now, true) }),
  };
  if (span.since !== undefined && span.until !== undefined && span.since > span.until) {
    throw new BailiwickError('USAGE', `--since ${span.since} is after --until ${span.until}`);
  }
  const chains = options.chain?.map(compileGlob);
  return {
    criteria: options.shadow ? { ...criteria, shadow: ['*'] } : criteria,
    span,
    isWanted: (chain) => chains?.some((matches) => matches(chain)) ?? true,
  };
}

/** What tables show by its beginning. */
const NAMED_SHORT: ReadonlySet<CriterionName> = new Set(['session', 'call']);

function toWholeId(id: string): string {
  return /^[0-9a-f]{8}$/.test(id) ? `${id}*` : id;
}

function toPatterns(name: CriterionName, values: readonly string[]): string[] {
  const words = WORDS[name];
  if (words === undefined) return NAMED_SHORT.has(name) ? values.map(toWholeId) : [...values];
  const patterns = values.flatMap((value) => value.split(',')).map((value) => value.trim());
  for (const pattern of patterns) {
    if (words.some(compileGlob(pattern))) continue;
    const meant = suggest(pattern, words);
    throw new BailiwickError(
      'USAGE',
      `--${name}: ${pattern} is none of ${words.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  }
  return patterns;
}
