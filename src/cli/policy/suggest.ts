import { writeFile } from 'node:fs/promises';
import { BailiwickError } from '../../errors.ts';
import { loadPolicies } from '../../policy/load.ts';
import { createJudge } from '../../policy/replay/judge.ts';
import { BY, type By } from '../../policy/suggest/callers.ts';
import { composeRules } from '../../policy/suggest/compose.ts';
import { findUnused } from '../../policy/suggest/unused.ts';
import { createUsage, type Usage } from '../../policy/suggest/usage.ts';
import { writePolicy } from '../../policy/suggest/write.ts';
import { visible, visibleJson } from '../audit/safe-text.ts';
import type { AddCommand } from '../command.ts';
import { count } from '../lock-text.ts';
import { withProgress, type Terminal } from '../terminal.ts';
import { createPolicyCommand, tellAbsences, withOffer, type Offer } from './offer.ts';
import { createRecordReader } from './past-calls.ts';
import { addRecordOptions, openRecord, type RecordOfCalls, type RecordOptions } from './record-of-calls.ts';
import { describeSpan, describeSuggestion, describeUnused, type SuggestReport } from './suggest-text.ts';

interface SuggestOptions extends RecordOptions {
  readonly by?: string;
  readonly arguments?: string;
  readonly name: string;
  readonly output?: string;
  readonly force?: boolean;
}

/** Where no call was permitted. */
const NOTHING: SuggestReport = {
  policy: '',
  rules: [],
  unused: [],
  span: { first: '', last: '', calls: 0, asked: 0 },
  notes: ['there is no permitted call, so there is nothing to suggest'],
};

/** `bailiwick policy suggest`: the least policy that the use of the record needs. */
export const addPolicySuggest: AddCommand = (program, terminal, exit) => {
  const command = createPolicyCommand('suggest', 'Write the least policy that the recorded use needs', [
    'policy suggest --since 30d',
    'policy suggest --by team --arguments kind,namespace --output policies/suggested.policy.yaml',
    'policy suggest --source helpdesk --json | jq .unused',
  ])
    .option(
      '--by <kind>',
      `how callers are described: ${BY.join(', ')} (default: group, else team, else subject, the first that fits)`,
    )
    .option(
      '--arguments <names>',
      'arguments whose recorded values become conditions, e.g. kind,metadata.namespace',
    )
    .option('--name <policy>', 'the name of the policy', 'suggested')
    .option('--output <file>', 'write it there')
    .option('--force', 'write it there, even over what is there')
    .action(async (options: SuggestOptions) => {
      const { source: _, ...rest } = options;
      const by = toBy(options.by);
      const names = toNames(options.arguments);
      refuseName(options.name);
      await withOffer(terminal, rest, async (offer) => {
        const report = await suggest(terminal, offer, options, by, names);
        if (report === undefined) {
          if (options.json) terminal.out(visibleJson(NOTHING));
          exit(1);
          return;
        }
        if (options.output !== undefined) await write(options.output, report.policy, options.force ?? false);
        if (options.json) terminal.out(visibleJson(report));
        else {
          if (options.output === undefined) terminal.out(report.policy.trimEnd());
          else terminal.err(`wrote ${options.output}: ${describeSuggestion(report)}`);
          for (const note of report.notes) terminal.err(visible(note));
          tellAbsences(terminal, offer);
        }
      });
    });
  program.addCommand(addRecordOptions(command));
};

async function suggest(
  terminal: Terminal,
  offer: Offer,
  options: SuggestOptions,
  by: readonly By[],
  names: readonly string[],
): Promise<SuggestReport | undefined> {
  const record = await openRecord(terminal, offer, options);
  const usage = createUsage(offer.policy, names);
  const span = { first: '', last: '', calls: 0, asked: 0 };
  let unsent = 0;
  const reading = async (): Promise<void> => {
    const read = createRecordReader(offer);
    for await (const call of record.read()) {
      const decision = read(call);
      if ('why' in decision) {
        if (decision.isUnsent) unsent += 1;
        continue;
      }
      usage.add(decision.past, call.time, { wasRefused: call.refused });
      if (decision.past.decided.effect === 'deny') continue;
      span.first ||= call.time;
      span.last = call.time;
      if (call.refused) span.asked += 1;
      else span.calls += 1;
    }
  };
  await withProgress(terminal, () => `${span.calls} permitted calls read`, reading());
  if (span.calls + span.asked === 0) {
    const those = unsent === 0 ? '' : ` but ${unsent} that could not be sent`;
    record.tellNone(`no permitted call${those}, so there is nothing to suggest`);
    return undefined;
  }
  return compose(terminal, offer, record, usage.end(), { by, span, unsent, name: options.name });
}

async function compose(
  terminal: Terminal,
  offer: Offer,
  record: RecordOfCalls,
  usage: Usage,
  made: {
    readonly by: readonly By[];
    readonly name: string;
    readonly span: SuggestReport['span'];
    readonly unsent: number;
  },
): Promise<SuggestReport> {
  const { name, span, unsent } = made;
  const { rules, notes } = composeRules(usage, { policy: offer.policy, ...made });
  const unused = findUnused(offer.policy, offer.catalog, usage);
  const policy = writePolicy({
    name,
    about: [
      `What the record needs: ${describeSpan(span)} from ${span.first} to ${span.last}.`,
      'Made by `bailiwick policy suggest`; what was not used is not in it, and limits are not part of it.',
      'See what it would change before it takes the place of another: bailiwick policy replay <this file>',
    ],
    rules,
    after: describeUnused(unused),
  });
  const lost = await countLost(terminal, offer, record, policy, name);
  return {
    policy,
    span,
    rules,
    unused,
    notes: [
      ...notes,
      ...(unsent > 0
        ? [
            `${count(unsent, 'call')} left out: permitted, and never sent, as no request could be made of the arguments`,
          ]
        : []),
      ...(usage.leftOut > 0
        ? [
            `${usage.leftOut} calls are left out, there are too many callers and targets; ask for less, e.g. --since 7d`,
          ]
        : []),
      ...(lost > 0
        ? [`${lost} calls that were permitted would not be: \`bailiwick policy replay\` under it says which`]
        : []),
    ],
  };
}

/** Reads the suggestion, and the record once more: of what it promises nothing is taken on trust. */
async function countLost(
  terminal: Terminal,
  offer: Offer,
  record: RecordOfCalls,
  text: string,
  name: string,
): Promise<number> {
  const judge = createJudge(loadPolicies([{ file: `${name}.policy.yaml`, text }]));
  const read = createRecordReader(offer);
  let lost = 0;
  const reading = async (): Promise<void> => {
    for await (const call of record.read()) {
      const decision = read(call);
      if ('why' in decision || decision.past.decided.effect === 'deny') continue;
      if (!judge(decision.past).effects.includes(decision.past.decided.effect)) lost += 1;
    }
  };
  await withProgress(terminal, () => 'deciding the record again under the suggestion', reading());
  return lost;
}

function toBy(text: string | undefined): By[] {
  if (text === undefined) return ['group', 'team', 'subject'];
  const by = BY.find((one) => one === text);
  if (by !== undefined) return [by];
  throw new BailiwickError('USAGE', `--by: ${text} is none of ${BY.join(', ')}`);
}

function toNames(text: string | undefined): string[] {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const wrong = names.find((name) => !/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(name));
  if (wrong === undefined) return [...new Set(names)];
  throw new BailiwickError(
    'USAGE',
    `--arguments: ${wrong} is no argument that a condition can name, like kind or metadata.namespace`,
  );
}

function refuseName(name: string): void {
  if (/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) return;
  throw new BailiwickError(
    'USAGE',
    `--name: ${name} must be 1 to 64 letters, digits, \`.\`, \`_\` or \`-\`, a letter or digit first`,
  );
}

async function write(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why =
      code === 'EEXIST' ? 'is there already; --force writes over it' : `cannot be written (${code})`;
    throw new BailiwickError('USAGE', `${file} ${why}`, { cause: error });
  }
}
