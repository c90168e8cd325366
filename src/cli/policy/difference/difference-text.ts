import type { EntryGroup } from '../../../policy/diff/group.ts';
import { visible } from '../../audit/safe-text.ts';
import { paint, type Style } from '../../terminal.ts';
import { describeChange, describeDetails, describeLimitChange } from './change-words.ts';
import { createTargetTotals, describePrincipals, describeTargets, type TargetTotals } from './names.ts';
import { groupsOf, describeCounts, describeExtent, type DifferenceReport } from './report.ts';

const SECTIONS = [
  ['gains', '+', 'green'],
  ['losses', '-', 'red'],
  ['narrowed', '~', 'yellow'],
] as const satisfies readonly (readonly [keyof DifferenceReport, string, Style])[];

/** A difference for people at a terminal. */
export function describeDifference(report: DifferenceReport): string {
  const known = new Map(report.principals.map((one) => [one.name, one]));
  const totals = createTargetTotals(report.targets);
  const groups = groupsOf(report);
  const counts = { ...groupCounts(groups), limits: report.limits.length };
  const head = `${visible(report.before)} → ${visible(report.after)}: ${describeCounts(counts)}`;
  const sections = SECTIONS.flatMap(([name, sign, style]) =>
    groups[name].length === 0
      ? []
      : [
          '',
          paint('bold', name.toUpperCase()),
          ...groups[name].flatMap((group) => describeGroup(group, [name, paint(style, sign)], known, totals)),
        ],
  );
  const limits =
    report.limits.length === 0
      ? []
      : ['', paint('bold', 'LIMITS'), ...report.limits.map((limit) => `  ${describeLimitChange(limit)}`)];
  return [paint('bold', head), describeExtent(report), ...sections, ...limits].join('\n');
}

export function groupCounts(groups: Record<'gains' | 'losses' | 'narrowed', readonly EntryGroup[]>): {
  gains: number;
  losses: number;
  narrowed: number;
} {
  const { gains, losses, narrowed } = groups;
  return { gains: gains.length, losses: losses.length, narrowed: narrowed.length };
}

function describeGroup(
  { principals, targets, entry }: EntryGroup,
  [section, sign]: readonly ['gains' | 'losses' | 'narrowed', string],
  known: Parameters<typeof describePrincipals>[1],
  totals: TargetTotals,
): string[] {
  return [
    `  ${sign} ${describePrincipals(principals, known)}: ${describeChange(entry)}`,
    ...describeTargets(targets, totals).map((line) => `      ${line}`),
    ...describeDetails(entry, section).map((line) => `      ${paint('dim', line)}`),
  ];
}
