import { SECRET } from '../../audit/mask/secret-text.ts';
import type { Call } from '../../audit/read/call.ts';
import { createJudge } from '../../policy/replay/judge.ts';
import { createReplayTally } from '../../policy/replay/tally.ts';
import type { PolicySet } from '../../policy/policy-set.ts';
import type { AddCommand } from '../command.ts';
import { visible, visibleJson } from '../audit/safe-text.ts';
import { withProgress, type Terminal } from '../terminal.ts';
import { createPolicyCommand, tellAbsences, withOffer, type Offer } from './offer.ts';
import { createRecordReader, type Aside } from './past-calls.ts';
import { readProposal } from './proposal.ts';
import { addRecordOptions, openRecord, type RecordOptions } from './record-of-calls.ts';
import { describeReplay, type ReplayReport } from './replay-text.ts';

/** `bailiwick policy replay`: what the calls of the record would come to under other policies, or those of today. */
export const addPolicyReplay: AddCommand = (program, terminal, exit) => {
  const command = createPolicyCommand(
    'replay',
    'Decide the calls of the record again, and show what would come out differently',
    [
      'policy replay --since 7d                  # under the policies as they are written now',
      'policy replay proposed/ --since 30d       # under those of a folder',
      'policy replay HEAD~1 --tool "cluster_*"   # under those of a Git revision',
    ],
  )
    .argument(
      '[policies...]',
      'folders, files or Git revisions, which together are the policies; without any, those of the configuration',
    )
    .action(async (words: readonly string[], options: RecordOptions) => {
      const { source: _, ...rest } = options;
      await withOffer(terminal, rest, async (offer) => {
        const report = await replay(terminal, offer, words, options);
        if (options.json) terminal.out(visibleJson(report));
        else {
          terminal.out(describeReplay(report));
          for (const note of report.notes) terminal.err(visible(note));
          tellAbsences(terminal, offer);
        }
        if (report.totals.different > 0) exit(1);
      });
    });
  program.addCommand(addRecordOptions(command));
};

async function replay(
  terminal: Terminal,
  offer: Offer,
  words: readonly string[],
  options: RecordOptions,
): Promise<ReplayReport> {
  const proposal = await readProposal(words, offer);
  const record = await openRecord(terminal, offer, options);
  const work = createReplay(offer, proposal.policy);
  const reading = async (): Promise<void> => {
    for await (const call of record.read()) work.add(call);
  };
  await withProgress(terminal, () => `${work.calls()} calls decided again`, reading());
  const found = work.end();
  if (found.totals.calls === 0 && found.aside.length === 0) record.tellNone('no call to decide again');
  return { policies: proposal.name, ...found, notes: [...proposal.notes, ...found.notes] };
}

function createReplay(offer: Offer, policy: PolicySet) {
  const read = createRecordReader(offer);
  const judge = createJudge(policy);
  const tally = createReplayTally();
  const aside = new Map<string, number>();
  let withoutClaims = 0;

  return {
    calls: () => tally.totals().calls,
    add(call: Call): void {
      const decision = read(call);
      if ('why' in decision) {
        aside.set(decision.why, (aside.get(decision.why) ?? 0) + decision.calls);
        return;
      }
      const { past, isGone } = decision;
      if (past.target.kind !== 'tool' && call.target?.name.includes(SECRET)) {
        // A selector may be about just that part.
        const why = 'of what the record keeps a part of its name to itself';
        aside.set(why, (aside.get(why) ?? 0) + 1);
        return;
      }
      if (!past.knowsClaims) withoutClaims += 1;
      tally.add({
        ...(call.call !== undefined && { call: call.call }),
        time: call.time,
        principal: `${past.facts.principal.issuer}#${past.facts.principal.subject}`,
        target: call.shown ?? '',
        isGone,
        before: past.decided,
        after: judge(past),
      });
    },
    end(): Omit<ReplayReport, 'policies'> {
      const totals = tally.totals();
      const ofToday = totals.calls - withoutClaims;
      return {
        totals,
        different: tally.different(),
        unclear: tally.unclear(),
        ungrouped: tally.ungrouped(),
        aside: [...aside].toSorted(byText).map(([why, calls]): Aside => ({ why, calls })),
        notes: [
          ...(ofToday > 0
            ? ['the record holds no claims: principals of the configuration have those of today']
            : []),
          ...(withoutClaims > 0
            ? [`the record holds no claims: those of the callers of ${withoutClaims} calls are not known`]
            : []),
        ],
      };
    },
  };
}

function byText([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}
