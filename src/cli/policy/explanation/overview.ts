import type { EntryTarget, Standing } from '../../../policy/diff/difference.ts';
import { judge } from '../../../policy/diff/standing.ts';
import { targetsOf } from '../../../policy/diff/targets.ts';
import type { NamedPrincipal } from '../../../policy/diff/principals.ts';
import type { PolicySet } from '../../../policy/policy-set.ts';
import type { Catalog } from '../../../catalog/catalog.ts';
import { toCanonicalJson } from '../../../catalog/canonical.ts';
import { visible } from '../../audit/safe-text.ts';
import { paint } from '../../terminal.ts';
import { createTargetTotals, describeTargets } from '../difference/names.ts';
import { describeStanding } from '../standing-words.ts';

/** All that a principal may do. */
export interface Overview {
  readonly principal: string;
  readonly targets: readonly { readonly target: EntryTarget; readonly standing: Standing }[];
}

export function overviewOf(
  policy: PolicySet,
  catalog: Catalog,
  { name, principal }: NamedPrincipal,
): Overview {
  const applicable = policy.rules.filter((rule) => rule.matchesPrincipal(principal));
  const targets = targetsOf(catalog, [policy]).map(({ target, shown }) => {
    const about = applicable.filter((rule) => rule.matchesTarget(target));
    const facts = { principal, target, ...(target.kind === 'resource' && { args: {} }) };
    return { target: shown, standing: judge(about, facts).standing };
  });
  return { principal: name, targets };
}

/** What one may do, grouped by how far. */
export function describeOverview({ principal, targets }: Overview): string {
  const totals = createTargetTotals(targets.map(({ target }) => target));
  const groups = [...Map.groupBy(targets, ({ standing }) => toCanonicalJson(standing)).values()];
  const open = groups.filter(([first]) => first !== undefined && first.standing.effect !== 'deny');
  const hidden = targets.filter(({ standing }) => standing.effect === 'deny').length;
  const shown = targets.length - hidden;
  return [
    paint('bold', `${visible(principal)} may use ${shown} of ${targets.length} targets`),
    ...open.flatMap((group) => [
      '',
      `  ${paint('green', group[0] === undefined ? '' : describeStanding(group[0].standing))}`,
      ...describeTargets(
        group.map(({ target }) => target),
        totals,
      ).map((line) => `      ${line}`),
    ]),
    ...(hidden === 0
      ? []
      : ['', paint('dim', `  ${hidden} hidden; \`bailiwick policy explain <target>\` says why`)]),
  ].join('\n');
}
