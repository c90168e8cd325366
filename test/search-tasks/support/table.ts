import { firstCall } from './bounds.ts';
import type { Outcome } from './carry-out.ts';

const HEADING = ['RANK', 'FIND', 'DESCRIBE', 'CALL', 'IN ALL', 'QUERY'];

/** A row for each step; tokens of what a conversation holds. */
export function describeOutcomes(title: string, facade: number, outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap((outcome) =>
    outcome.steps.map((step, index) => [
      step.rank,
      index === 0 ? outcome.find : '',
      step.describe,
      step.call,
      index === 0 ? Math.round(firstCall(facade, outcome)) : '',
      step.problem === '' ? step.query : `${step.query}: ${step.problem}`,
    ]),
  );
  const widths = HEADING.slice(0, -1).map((heading) => heading.length);
  const lines = [HEADING, ...rows].map((row) =>
    row.map((cell, column) => (column in widths ? String(cell).padStart(widths[column]!) : cell)).join('  '),
  );
  return `${title}\n${lines.join('\n')}\n\n`;
}
