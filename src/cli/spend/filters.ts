import type { Command } from 'commander';
import { compileGlob } from '../../text/glob.ts';
import { toShownName } from '../../catalog/names.ts';
import type { SpendRow } from '../../gateway/ledger/spend-table.ts';
import type { DayRow } from './dimensions.ts';

type FilterName = 'team' | 'principal' | 'key' | 'client' | 'source' | 'tool' | 'model';

/** What the options of {@link addSpendFilters} become in commander. */
export type SpendFilters = { readonly [name in FilterName]?: string[] };

interface Filter {
  readonly value: string;
  readonly meaning: string;
  /** Every text by which a row is found. */
  readonly textsOf: (row: SpendRow) => readonly (string | undefined)[];
}

const FILTERS: Readonly<Record<FilterName, Filter>> = {
  team: { value: 'name', meaning: 'the team of the principal', textsOf: ({ team }) => [team] },
  principal: {
    value: 'who',
    meaning: 'the subject, or issuer#subject',
    textsOf: ({ issuer, subject }) => [subject, `${issuer}#${subject}`],
  },
  key: {
    value: 'name',
    meaning: 'the credential that was shown, by its short name',
    textsOf: ({ key }) => [key],
  },
  client: { value: 'name', meaning: 'the program of the caller', textsOf: ({ client }) => [client] },
  source: { value: 'name', meaning: 'the source', textsOf: ({ source }) => [source] },
  tool: {
    value: 'name',
    meaning: 'source_name as /mcp shows it, source/name, or the name of a resource or prompt',
    textsOf: ({ kind, source, name }) => {
      if (kind === 'model') return [];
      return kind === 'tool' && source !== undefined
        ? [toShownName(source, name), `${source}/${name}`]
        : [name, `${source}/${name}`];
    },
  },
  model: {
    value: 'name',
    meaning: 'the model',
    textsOf: ({ kind, name }) => (kind === 'model' ? [name] : []),
  },
};

/** Adds `--team`, `--principal` and so on. */
export function addSpendFilters(command: Command): Command {
  command.optionsGroup('Filters (* in a value stands for anything; one that is given twice means either):');
  for (const [name, { value, meaning }] of Object.entries(FILTERS)) {
    command.option(`--${name} <${value}>`, meaning, (text: string, before?: string[]) => [
      ...(before ?? []),
      text,
    ]);
  }
  return command;
}

/** True for rows that pass every filter that is given. */
export function toSpendFilter(filters: SpendFilters): (row: DayRow) => boolean {
  const given = (Object.entries(FILTERS) as [FilterName, Filter][]).flatMap(([name, { textsOf }]) => {
    const globs = filters[name]?.map(compileGlob);
    return globs === undefined ? [] : [{ globs, textsOf }];
  });
  return ({ row }) =>
    given.every(({ globs, textsOf }) =>
      textsOf(row).some((text) => text !== undefined && globs.some((matches) => matches(text))),
    );
}
