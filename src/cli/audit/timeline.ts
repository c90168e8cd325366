import type { Entry } from '../../audit/read/join-calls.ts';
import { BailiwickError } from '../../errors.ts';
import { createCommand, JSON_OPTION, type AddCommand } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { describeActivity } from './activity-text.ts';
import { addDirectoryOptions, findDirectory, type DirectoryOptions } from './directory.ts';
import { addFilterOptions, readFilterOptions, type FilterOptions } from './filter-options.ts';
import { keepLast } from './last-items.ts';
import { createNoMatch } from './no-match.ts';
import { toCount } from './number-option.ts';
import { terminalWidth } from './row-table.ts';
import { visibleJson } from './safe-text.ts';
import { describeTimeline } from './timeline-text.ts';
import { createTroubleReport } from './troubles.ts';

interface TimelineOptions extends FilterOptions, DirectoryOptions {
  readonly limit: string;
  readonly json?: boolean;
  readonly summary?: boolean;
}

/** `bailiwick audit timeline`: what somebody did, counted and told in order. */
export const addTimeline: AddCommand = (audit, terminal) => {
  const command = createCommand('timeline', 'Tell what a session or a principal did, refusals included', [
    'audit timeline --principal agent --since 24h',
    'audit timeline --session 0f8c2a51-6a0e-4b52-9d0b-2f0a6f0f9a11',
    'audit timeline --principal agent --since 7d --summary',
  ])
    .argument('[dir]', 'the audit directory; the same as --dir')
    .option('-n, --limit <count>', 'tell only the last so many entries; all are counted', '200')
    .option('--summary', 'only what they come to')
    .option(...JSON_OPTION)
    .action(async (dir: string | undefined, options: TimelineOptions) => {
      await timeline(terminal, await findDirectory(dir, options), options);
    });
  audit.addCommand(addFilterOptions(addDirectoryOptions(command)));
};

async function timeline(terminal: Terminal, directory: string, options: TimelineOptions): Promise<void> {
  if (!options.session && !options.principal) {
    throw new BailiwickError('USAGE', 'say whose: --session <id> or --principal <who>');
  }
  const limit = toCount('--limit', options.limit, { least: 1, most: 100_000 });
  const { readEntries } = await import('../../audit/read/entries.ts');
  const { createActivity } = await import('../../audit/read/activity.ts');
  const troubles = createTroubleReport(terminal, directory);
  const wanted = readFilterOptions(options, Date.now());
  const activity = createActivity();
  const last = keepLast<Entry>(limit);
  const { onEntry, tell } = await createNoMatch(wanted.criteria);
  let count = 0;
  for await (const entry of readEntries(directory, { ...wanted, onEntry, onTrouble: troubles.add })) {
    activity.add(entry);
    last.add(entry);
    count += 1;
  }
  const entries = options.summary ? [] : last.all();
  if (options.json) {
    const told = entries.map((entry) => (entry.kind === 'call' ? entry.call : entry.record));
    terminal.out(
      visibleJson({ activity: activity.current(), ...(options.summary ? {} : { entries: told }) }),
    );
  } else if (count > 0) {
    const parts = [
      describeActivity(activity.current()),
      ...(options.summary
        ? []
        : [describeTimeline(entries, { width: terminalWidth(), dropped: last.dropped })]),
    ];
    terminal.out(parts.join('\n\n'));
  }
  troubles.end();
  if (count === 0) tell(terminal, directory, 'nothing matches');
}
