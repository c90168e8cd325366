import { toShownName } from '../../catalog/names.ts';
import { BailiwickError } from '../../errors.ts';
import type { SpendRow } from '../../gateway/ledger/spend-table.ts';
import { suggest } from '../../text/suggest.ts';

/** What spend is told apart by. */
export const DIMENSIONS = ['team', 'principal', 'key', 'client', 'source', 'tool', 'model', 'day'] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** A row of spend on its day (`YYYY-MM-DD`). */
export interface DayRow {
  readonly row: SpendRow;
  readonly day: string;
}

/** What a dimension puts into documents (absent: null), and what people read. */
interface Reading {
  readonly members: readonly string[];
  valuesOf(row: DayRow): readonly (string | undefined)[];
  /** Undefined for what does not have it. */
  labelOf(row: DayRow): string | undefined;
}

const READINGS: Readonly<Record<Dimension, Reading>> = {
  team: plain('team', ({ row }) => row.team),
  principal: {
    members: ['issuer', 'subject'],
    valuesOf: ({ row }) => [row.issuer, row.subject],
    labelOf: ({ row }) => toPrincipalName(row),
  },
  key: plain('key', ({ row }) => row.key),
  client: plain('client', ({ row }) => row.client),
  source: plain('source', ({ row }) => row.source),
  tool: {
    members: ['kind', 'source', 'name'],
    valuesOf: ({ row }) => [row.kind, row.source, row.name],
    labelOf: ({ row }) => toTargetName(row),
  },
  model: plain('model', ({ row }) => (row.kind === 'model' ? row.name : undefined)),
  day: plain('day', ({ day }) => day),
};

function plain(member: string, valueOf: (row: DayRow) => string | undefined): Reading {
  return { members: [member], valuesOf: (row) => [valueOf(row)], labelOf: valueOf };
}

/** The subject; where the name comes from elsewhere than the configuration, `issuer#subject`. */
export function toPrincipalName({ issuer, subject }: Pick<SpendRow, 'issuer' | 'subject'>): string {
  return issuer === 'config' || issuer === 'local' ? subject : `${issuer}#${subject}`;
}

/** A tool by the name that `/mcp` shows; what is no tool with its kind. */
function toTargetName({ kind, source, name }: SpendRow): string {
  if (kind === 'tool') return source === undefined ? name : toShownName(source, name);
  return `${kind} ${name}`;
}

/** The names of the members that dimensions put into documents, none twice. */
export function membersOf(by: readonly Dimension[]): string[] {
  return [...new Set(by.flatMap((dimension) => READINGS[dimension].members))];
}

/** The members by name. What a row does not have is undefined. */
export function valuesOf(by: readonly Dimension[], row: DayRow): Record<string, string | undefined> {
  return Object.fromEntries(
    by.flatMap((dimension) => {
      const { members, valuesOf: read } = READINGS[dimension];
      const values = read(row);
      return members.map((member, index) => [member, values[index]]);
    }),
  );
}

/** What people read, one for each dimension. */
export function labelsOf(by: readonly Dimension[], row: DayRow): (string | undefined)[] {
  return by.map((dimension) => READINGS[dimension].labelOf(row));
}

/**
 * What people ask for by `--by team,tool`.
 *
 * @throws BailiwickError `USAGE`
 */
export function toDimensions(text: string | undefined, otherwise: Dimension): Dimension[] {
  if (text === undefined) return [otherwise];
  const names = text.split(',').map((name) => name.trim());
  const known = names.map((name) => {
    const dimension = DIMENSIONS.find((one) => one === name);
    if (dimension !== undefined) return dimension;
    const meant = suggest(name, DIMENSIONS);
    throw new BailiwickError(
      'USAGE',
      `--by: ${name.slice(0, 40)} is none of ${DIMENSIONS.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  });
  return [...new Set(known)];
}
