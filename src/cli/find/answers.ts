import type { EntryKind, Sight } from '../../catalog/sight.ts';
import type { Access } from '../../catalog/tool.ts';
import { toDraft } from '../../search/facade/draft.ts';
import type { Family } from '../../search/facade/fold.ts';
import type { Explanation } from '../../search/ranking/explain.ts';
import { createRowTable, terminalWidth, type Column } from '../audit/row-table.ts';
import { visible, visibleOnOneLine } from '../audit/safe-text.ts';
import { paint } from '../terminal.ts';

/** What one query found. */
export interface Answer {
  readonly query: string;
  /** Best first. */
  readonly families: readonly { readonly family: Family; readonly why?: Explanation | undefined }[];
  /** Some of it is near in meaning, whatever its words are. */
  readonly isNear: boolean;
  /** Whether nearness in meaning had a say. */
  readonly knowsNearness: boolean;
}

/** The document of `find --json`, of a gateway that was started for it: {@link FIND_SCHEMA} describes it. */
export interface FindDocument {
  readonly queries: readonly {
    readonly query: string;
    /** Best first. */
    readonly found: readonly Found[];
  }[];
  /** Where was searched: sources of which the principal may use something. */
  readonly sources: readonly string[];
}

export interface Found {
  /** As clients of the endpoint see and send it: a name, a URI, a URI template. */
  readonly name: string;
  readonly kind: EntryKind;
  readonly source: string;
  readonly access: Access;
  /** What it is for, in a sentence; may be empty. */
  readonly description: string;
  /** Variants of it, and how they differ. */
  readonly also: readonly { readonly name: string; readonly difference: string }[];
  /** With `--explain`. */
  readonly why?: Explanation;
}

export function toDocument(answers: readonly Answer[], { sources }: Sight): FindDocument {
  return {
    queries: answers.map(({ query, families }) => ({
      query,
      found: families.map(({ family, why }) => ({ ...toFound(family), ...(why && { why }) })),
    })),
    sources,
  };
}

function toFound(family: Family): Found {
  const { best, variants } = family;
  return {
    name: best.shown,
    kind: best.kind,
    source: best.source,
    access: best.tool?.access ?? 'read',
    description: toDraft(family).sentence,
    also: variants.map(({ entry, label }) => ({ name: entry.shown, difference: label })),
  };
}

const COLUMNS: readonly Column<Found>[] = [
  {
    heading: 'TOOL',
    cell: ({ kind, name }) => visible(kind === 'tool' ? name : `${kind} ${name}`),
    most: 64,
  },
  { heading: 'ACCESS', cell: ({ access }) => access },
  { heading: 'WHAT IT DOES', cell: describeFound },
];

/** A table for each query that found something; empty where none did. */
export function describeAnswers(answers: readonly Answer[]): string {
  const told = answers.filter(({ families }) => families.length > 0);
  return told
    .map(({ query, families }) => {
      const rows = families.map(({ family }) => toFound(family));
      const table = createRowTable(COLUMNS, terminalWidth());
      const lines = [...rows.flatMap((row) => table.add(row)), ...table.end()];
      const reasons = families.map(({ why }) => (why ? [`  ${describeWhy(why)}`] : []));
      const [heading = '', ...others] = lines;
      const explained = others.flatMap((line, index) => [line, ...(reasons[index] ?? [])]);
      const title = answers.length > 1 ? [paint('bold', `"${visible(query)}"`)] : [];
      return [...title, heading, ...explained].join('\n');
    })
    .join('\n\n');
}

function describeFound({ description, also }: Found): string {
  const variants = also
    .slice(0, 3)
    .map(({ name, difference }) => (difference === '' ? name : `${name} (${difference})`));
  const more = also.length > variants.length ? ` and ${also.length - variants.length} more` : '';
  const others = variants.length > 0 ? ` Also: ${variants.join(', ')}${more}` : '';
  return visibleOnOneLine(`${description}${others}`.trim());
}

/** `refund 61 % (name, hints), customer 22 % (description); letters 80 %; does what is asked` */
function describeWhy({ words, letters, action, prior, nearness }: Explanation): string {
  const shares = words.map(({ word, synonym, fields, share }) => {
    const said = synonym === undefined ? word : `${word} as ${synonym}`;
    return `${said} ${Math.round(share * 100)} % (${fields.join(', ')})`;
  });
  return visible(
    [
      shares.length > 0 ? shares.join(', ') : 'no word of it',
      `letters ${Math.round(letters * 100)} %`,
      ...(nearness === undefined ? [] : [`near in meaning ${nearness.toFixed(2)}`]),
      ...(action > 1 ? ['does what is asked'] : []),
      ...(action < 1 ? ['does something else'] : []),
      ...(prior < 1 ? [`seldom meant (× ${prior.toFixed(2)})`] : []),
    ].join('; '),
  );
}
