import { CONFIG_OPTION, createCommand, JSON_OPTION, LOG_OPTION, type AddCommand } from '../command.ts';
import { visible } from '../audit/safe-text.ts';
import { table } from '../terminal.ts';
import { toKeyView, type KeyView } from './key-view.ts';
import { withKeys, type KeyOptions } from './with-keys.ts';

interface ListOptions extends KeyOptions {
  principal?: string;
  all?: boolean;
}

/** `bailiwick keys list`: the keys of the store, without the keys themselves. */
export const addList: AddCommand = (keys, terminal) => {
  const list = createCommand('list', 'Show the keys that count, or with --all those that are over too', [
    'keys list',
    'keys list --principal agent --all',
    'keys list --json',
  ])
    .option('--principal <principal>', 'those that speak for this one')
    .option('--all', 'also those that expired or were revoked, for 90 days')
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .option(...LOG_OPTION)
    .action((options: ListOptions) =>
      withKeys(options, async ({ desk, principals }) => {
        const now = Date.now();
        const views = (await desk.list()).map((record) => toKeyView(record, principals, now));
        const wanted = views.filter(
          ({ principal, state }) =>
            (options.principal === undefined || principal === options.principal) &&
            (options.all === true || (state !== 'expired' && state !== 'revoked')),
        );
        if (options.json) {
          terminal.out(JSON.stringify({ keys: wanted }, undefined, 2));
          return;
        }
        if (wanted.length === 0) {
          const over = views.length > 0 && !options.all ? '; --all shows those that are over' : '';
          terminal.err(
            `There are no such keys in the store${over}. To make one: bailiwick keys create <principal>`,
          );
          return;
        }
        terminal.out(table(HEADING, wanted.map(toRow)));
      }),
    );
  keys.addCommand(list);
};

const HEADING = [
  'NAME',
  'PRINCIPAL',
  'STATE',
  'CREATED',
  'EXPIRES',
  'TEAM',
  'SCOPES',
  'LIMITS',
  'DESCRIPTION',
];

function toRow(view: KeyView): string[] {
  const { name, principal, state, createdAt, expiresAt, team = '-', scopes, limits, description = '' } = view;
  const expires = expiresAt === null ? 'never' : toMinute(expiresAt);
  const cells = [
    name,
    principal,
    state,
    toMinute(createdAt),
    expires,
    team,
    scopes.join(' ') || '-',
    limits.join(' ') || '-',
    description,
  ];
  return cells.map(visible);
}

/** `2026-11-21 14:05Z`. */
function toMinute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')}Z`;
}
