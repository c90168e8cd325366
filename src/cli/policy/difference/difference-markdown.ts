import type { EntryGroup } from '../../../policy/diff/group.ts';
import { visible } from '../../audit/safe-text.ts';
import { describeChange, describeDetails, describeLimitChange } from './change-words.ts';
import { groupCounts } from './difference-text.ts';
import { createTargetTotals, describePrincipals, describeTargets } from './names.ts';
import { groupsOf, describeCounts, describeExtent, isDifferent, type DifferenceReport } from './report.ts';

/** What a comment of a pull request takes (65,536 characters), with room for what others add. */
const MAX_CHARACTERS = 60_000;

/** Of one cell so much. */
const MAX_CELL = 600;

const SECTIONS = [
  ['gains', 'Gains'],
  ['losses', 'Losses'],
  ['narrowed', 'Narrowed'],
] as const;

/**
 * A difference as Markdown (GitHub's dialect) for a pull request. At most {@link MAX_CHARACTERS}; what has no room is counted.
 *
 * Every name in it is written so that it is text and nothing else, whatever characters it has.
 */
export function toMarkdown(report: DifferenceReport): string {
  const known = new Map(report.principals.map((one) => [one.name, one]));
  const totals = createTargetTotals(report.targets);
  const groups = groupsOf(report);
  const counts = describeCounts({ ...groupCounts(groups), limits: report.limits.length });
  const sides = `${toText(report.before)} → ${toText(report.after)}`;
  const head = [
    `**Policy: ${counts}** (${sides})`,
    '',
    isDifferent(report)
      ? 'Who may do what, where it is not the same on both sides.'
      : 'The policies let everybody do what they did before, with the principals and the tools of today.',
  ];
  const toRow = (
    { principals, targets, entry }: EntryGroup,
    section: 'gains' | 'losses' | 'narrowed',
  ): string =>
    toCells([
      describePrincipals(principals, known),
      describeTargets(targets, totals).join('; '),
      describeChange(entry),
      describeDetails(entry, section).join('; '),
    ]);
  const blocks = SECTIONS.flatMap(([name, title]): Block[] =>
    groups[name].length === 0
      ? []
      : [
          {
            head: [`### ${title}`, '', '| Who | What | Before, and now | How |', '| --- | --- | --- | --- |'],
            rows: groups[name].map((group) => toRow(group, name)),
          },
        ],
  );
  if (report.limits.length > 0) {
    blocks.push({
      head: ['### Limits', '', '| Limit | |', '| --- | --- |'],
      rows: report.limits.map((limit) => toCells([limit.id, describeLimitChange(limit)])),
    });
  }
  const foot = [
    '',
    `<sub>${toText(describeExtent(report))}</sub>`,
    ...report.notes.map((note) => `<sub>${toText(note)}</sub>`),
  ];
  const room = MAX_CHARACTERS - [...head, ...foot].reduce((sum, line) => sum + line.length + 1, 0);
  return [...head, ...fit(blocks, room), ...foot].join('\n');
}

interface Block {
  readonly head: readonly string[];
  readonly rows: readonly string[];
}

/** As many rows as there is room for, and how many there are beside. */
function fit(blocks: readonly Block[], room: number): string[] {
  const lines: string[] = [];
  // For the line that says what is left out.
  let left = room - 120;
  let missing = 0;
  for (const { head, rows } of blocks) {
    const [first] = rows;
    const start = ['', ...head];
    const needed = sizeOf(start) + (first === undefined ? 0 : first.length + 1);
    if (needed > left) {
      missing += rows.length;
      continue;
    }
    lines.push(...start);
    left -= sizeOf(start);
    for (const row of rows) {
      if (row.length + 1 > left) missing += 1;
      else {
        lines.push(row);
        left -= row.length + 1;
      }
    }
  }
  if (missing > 0) lines.push('', `**${missing} more:** \`bailiwick policy diff\` prints all of them.`);
  return lines;
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

function toCells(cells: readonly string[]): string {
  return `| ${cells.map(toCell).join(' | ')} |`;
}

function toCell(text: string): string {
  return toText(text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text);
}

/**
 * What has a meaning in Markdown or in HTML in the middle of a line, or makes a link. An underscore between letters has none, and what
 * stands beside brackets has none without them.
 */
const MEANINGFUL = /[&<>`*[\]#|~\\@$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=\/\/)|\.(?=\w)|-(?=\d)/g;

/** No space, and yet the end of a word: `@name` and `#1` address nobody when it is in them. */
const BREAK = '&#8203;';

/**
 * Text that Markdown leaves as it is: what has a meaning there becomes a character reference, and what GitHub makes links of after
 * that (names, issues) is broken up. No line is broken.
 */
export function toText(text: string): string {
  return visible(text).replace(MEANINGFUL, (character) => {
    const reference = `&#${character.charCodeAt(0)};`;
    return /[@#-]/.test(character) ? `${reference}${BREAK}` : reference;
  });
}
