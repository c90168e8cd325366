import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadRecord } from '../../audit/read/cursor.ts';
import type { CallTree } from '../../audit/read/find-call.ts';
import { BailiwickError } from '../../errors.ts';
import { createCommand, JSON_OPTION, type AddCommand } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { describeTree, describeRecord } from './call-text.ts';
import { addDirectoryOptions, findDirectory, type DirectoryOptions } from './directory.ts';
import { toMoment } from './moment.ts';
import { visible, visibleJson } from './safe-text.ts';
import { createTroubleReport, type TroubleReport } from './troubles.ts';

interface ShowOptions extends DirectoryOptions {
  readonly since?: string;
  readonly verify?: boolean;
  readonly json?: boolean;
}

/** `bailiwick audit show`: everything that the record holds of one call, or one record. */
export const addShow: AddCommand = (audit, terminal, exit) => {
  const command = createCommand('show', 'Show everything of one call and of those it made, or one record', [
    'audit show 47d80772                 # a call: the beginning of its id is enough',
    'audit show 47d80772 --verify        # and whether its records are as they were written',
    'audit show http-20261121T010203Z-4f2a9c:17',
  ])
    .argument('<call>', 'the id of a call, or <chain>:<seq> of a record')
    .argument('[dir]', 'the audit directory; the same as --dir')
    .option('--verify', 'check the hash of each record; `audit verify` proves the chain as a whole')
    .option('--since <time>', 'do not look at what is older: faster in a long record')
    .option(...JSON_OPTION)
    .action(async (id: string, dir: string | undefined, options: ShowOptions) => {
      const isRight = await show(terminal, await findDirectory(dir, options), id, options);
      if (!isRight) exit(1);
    });
  audit.addCommand(addDirectoryOptions(command));
};

/** Resolves to false where there is no such call, or a record of it is not as it was written. */
async function show(
  terminal: Terminal,
  directory: string,
  id: string,
  options: ShowOptions,
): Promise<boolean> {
  const troubles = createTroubleReport(terminal, directory);
  const place = await toPlace(directory, id);
  const isRight = place
    ? await showRecord({ terminal, directory, troubles, options }, place)
    : await showCall({ terminal, directory, troubles, options }, id);
  troubles.end();
  return isRight;
}

interface Showing {
  readonly terminal: Terminal;
  readonly directory: string;
  readonly troubles: TroubleReport;
  readonly options: ShowOptions;
}

/** `<chain>:<seq>`, where there is such a chain. */
async function toPlace(directory: string, id: string): Promise<{ chain: string; seq: number } | undefined> {
  const [, chain = '', seq = ''] = /^([A-Za-z0-9][A-Za-z0-9._-]{0,99}):(\d{1,15})$/.exec(id) ?? [];
  if (chain === '') return undefined;
  const isChain = await stat(join(directory, chain)).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return isChain ? { chain, seq: Number(seq) } : undefined;
}

async function showRecord(
  { terminal, directory, troubles, options }: Showing,
  place: { chain: string; seq: number },
): Promise<boolean> {
  const { findRecord, whyNotAsWritten } = await import('../../audit/read/find-call.ts');
  const found = await findRecord(directory, place, { onTrouble: troubles.add });
  if (found === undefined) {
    terminal.err(`${directory}: no record ${place.chain}:${place.seq}`);
    return false;
  }
  const why = options.verify ? whyNotAsWritten(found) : undefined;
  const verdict = options.verify ? { asWritten: why === undefined, ...(why !== undefined && { why }) } : {};
  terminal.out(
    options.json
      ? visibleJson({ ...verdict, file: found.file, record: found.record })
      : describeRecord(found, options.verify ? { why } : undefined),
  );
  return why === undefined;
}

async function showCall({ terminal, directory, troubles, options }: Showing, id: string): Promise<boolean> {
  if (id.length < 4)
    throw new BailiwickError('USAGE', `${id}: give four characters of the call's id, or more`);
  const { findCalls, whyNotAsWritten } = await import('../../audit/read/find-call.ts');
  const { isLive } = await import('../../audit/live-chains.ts');
  const { since } = options;
  const { trees, isCut } = await findCalls(directory, id, {
    onTrouble: troubles.add,
    ...(since !== undefined && { span: { since: toMoment('--since', since, Date.now(), false) } }),
  });
  const [tree, ...others] = trees;
  if (tree === undefined) {
    terminal.err(
      `${directory}: no call whose id begins with ${visible(id)}; \`bailiwick audit query\` lists calls`,
    );
    return false;
  }
  if (others.length > 0) {
    const ids = trees.slice(0, 10).map((one) => visible(one.id));
    throw new BailiwickError(
      'USAGE',
      `${visible(id)} is the beginning of ${trees.length} calls: ${ids.join(', ')}`,
    );
  }
  const checks = options.verify
    ? new Map(recordsOf(tree).map((read) => [read, whyNotAsWritten(read)]))
    : undefined;
  const chain = tree.call?.chain;
  const isRunning = chain !== undefined && (await isLive(directory, chain));
  terminal.out(options.json ? visibleJson(toJson(tree, checks)) : describeTree(tree, { checks, isRunning }));
  if (isCut) terminal.err('there are more calls below it than are shown');
  return [...(checks?.values() ?? [])].every((why) => why === undefined);
}

function recordsOf(tree: CallTree): ReadRecord[] {
  return [...tree.records, ...tree.children.flatMap(recordsOf)];
}

/** `{ id, call?, records: [{ file, record, asWritten?, why? }], children: […] }` */
function toJson(tree: CallTree, checks: ReadonlyMap<ReadRecord, string | undefined> | undefined): object {
  return {
    id: tree.id,
    ...(tree.call && { call: tree.call }),
    records: tree.records.map((read) => {
      const why = checks?.get(read);
      return {
        file: read.file,
        record: read.record,
        ...(checks && { asWritten: why === undefined }),
        ...(why !== undefined && { why }),
      };
    }),
    children: tree.children.map((child) => toJson(child, checks)),
  };
}
