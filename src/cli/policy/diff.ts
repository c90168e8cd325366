import { setImmediate } from 'node:timers/promises';
import { BailiwickError } from '../../errors.ts';
import { findArchetypes } from '../../policy/diff/archetypes.ts';
import { comparePolicies, type Comparison } from '../../policy/diff/compare.ts';
import type { Difference } from '../../policy/diff/difference.ts';
import type { NamedPrincipal } from '../../policy/diff/principals.ts';
import { targetsOf } from '../../policy/diff/targets.ts';
import { loadPolicies } from '../../policy/load.ts';
import type { AddCommand } from '../command.ts';
import { visible, visibleLines } from '../audit/safe-text.ts';
import { toCount } from '../audit/number-option.ts';
import { withProgress, type Terminal } from '../terminal.ts';
import { describeDifference } from './difference/difference-text.ts';
import { toMarkdown } from './difference/difference-markdown.ts';
import { toDocument } from './difference/document.ts';
import { isDifferent, type DifferenceReport } from './difference/report.ts';
import { describeOtherConfigurations } from './git/configuration.ts';
import { readSide } from './git/read-side.ts';
import type { Side } from './git/side.ts';
import { PRINCIPAL_OPTION, readGivenPrincipal } from './given-principal.ts';
import { createPolicyCommand, tellAbsences, withOffer, type Offer, type OfferOptions } from './offer.ts';
import { chooseNamed, findNamedPrincipals } from './tested-principals.ts';

interface DiffOptions extends OfferOptions {
  as?: string[];
  principal?: string[];
  markdown?: boolean;
  archetypes: number;
}

/** `bailiwick policy diff`: who gains and who loses what between two sets of policies. */
export const addPolicyDiff: AddCommand = (program, terminal, exit) => {
  const command = createPolicyCommand(
    'diff',
    'Say who gains and who loses what between two revisions or folders of policies',
    [
      'policy diff main                           # from main to the work tree',
      'policy diff v1.2 HEAD --json',
      'policy diff ../live/policies ./policies    # folders need no Git',
      'policy diff origin/main --markdown --offline > comment.md',
      `policy diff main --as agent --principal '{"groups":["sre"]}'`,
    ],
  )
    .argument('<before>', 'a Git revision, or a folder or file of policies')
    .argument('[after]', 'another; without it, the policies as they are on disk')
    .option('--as <principal>', 'only for this principal (may be repeated)', collect)
    .option(PRINCIPAL_OPTION[0], `${PRINCIPAL_OPTION[1]} (may be repeated)`, collect)
    .option('--markdown', 'print a table for a pull request, at most 60,000 characters')
    .option(
      '--archetypes <number>',
      'how many sorts of callers that nobody names are compared at most (0: none)',
      (text) => toCount('--archetypes', text, { least: 0, most: 10_000 }),
      200,
    )
    .addHelpText(
      'after',
      '\nCompared are the principals of the configuration, those of the *.test.yaml files on either side, and archetypes: anyone,\nand whoever has a scope, group, team or claim that a rule names. Both sides are decided for the principals and over the tools of the work tree: what another principal in\nbailiwick.yaml, or another document of a source, opens is not compared. Exit status 1: there are differences.',
    )
    .action(async (before: string, after: string | undefined, options: DiffOptions) => {
      if (options.json && options.markdown)
        throw new BailiwickError('USAGE', 'say --json or --markdown, not both');
      await withOffer(terminal, options, async (offer) => {
        const sides = [await readSide(before, offer.loaded), await readSide(after, offer.loaded)] as const;
        const report = await compareSides(terminal, offer, sides, options);
        tellAbsences(terminal, offer);
        for (const note of report.notes) terminal.err(visible(note));
        if (options.json) terminal.out(visibleLines(JSON.stringify(toDocument(report), undefined, 2)));
        else terminal.out(options.markdown ? toMarkdown(report) : describeDifference(report));
        if (isDifferent(report)) exit(1);
      });
    });
  program.addCommand(command);
};

async function compareSides(
  terminal: Terminal,
  offer: Offer,
  sides: readonly [Side, Side],
  options: DiffOptions,
): Promise<DifferenceReport> {
  const [before, after] = [loadPolicies(sides[0].policies), loadPolicies(sides[1].policies)];
  const tests = sides.flatMap((side) => side.tests);
  const named = findNamedPrincipals(offer.principals, tests);
  const given = await Promise.all((options.principal ?? []).map(readGivenPrincipal));
  const wanted = options.as === undefined ? named.principals : chooseNamed(named.principals, options.as);
  const archetypes = options.as
    ? { principals: [], leftOut: 0 }
    : findArchetypes([before, after], options.archetypes);
  const principals = toUnique([...wanted, ...given, ...archetypes.principals]);
  const targets = targetsOf(offer.catalog, [before, after]);
  const difference = await drive(terminal, { before, after, targets, principals });
  return {
    ...difference,
    before: sides[0].name,
    after: sides[1].name,
    principals,
    targets: targets.map(({ shown }) => shown),
    notes: [
      ...sides.flatMap(({ notes }) => notes),
      ...describeOtherConfigurations(sides),
      ...named.notes,
      ...(archetypes.leftOut > 0 && options.archetypes > 0
        ? [`${archetypes.leftOut} more archetypes were not compared: --archetypes raises how many are`]
        : []),
    ],
  };
}

/** Compares, and gives way to the terminal now and then. */
async function drive(terminal: Terminal, comparison: Comparison): Promise<Difference> {
  let done = 0;
  const work = async (): Promise<Difference> => {
    const steps = comparePolicies(comparison);
    let since = performance.now();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      done = step.value;
      if (performance.now() - since < 50) continue;
      await setImmediate();
      since = performance.now();
    }
  };
  return withProgress(terminal, () => `comparing: ${Math.floor(done * 100)} %`, work());
}

/** Names tell principals apart: who has one that is taken gets a number. */
function toUnique(principals: readonly NamedPrincipal[]): NamedPrincipal[] {
  const taken = new Set<string>();
  return principals.map((one) => {
    let { name } = one;
    for (let count = 2; taken.has(name); count++) name = `${one.name} (${count})`;
    taken.add(name);
    return { ...one, name };
  });
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
