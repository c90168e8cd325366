import { BailiwickError } from '../../errors.ts';
import type { MadeKey } from '../../identity/keys/key-desk.ts';
import { CONFIG_OPTION, createCommand, JSON_OPTION, LOG_OPTION, type AddCommand } from '../command.ts';
import { toConfigOption } from '../key-command.ts';
import type { Terminal } from '../terminal.ts';
import { describeKey, toKeyView } from './key-view.ts';
import { LIMIT_HELP, toKeyLimits } from './limit-option.ts';
import { noteIdleScopes, toRights, type RightOptions } from './rights-option.ts';
import { printStaticKey } from './static-key.ts';
import { toExpiry } from './time-option.ts';
import { withKeys, type KeyOptions, type KeyRoom } from './with-keys.ts';

interface CreateOptions extends KeyOptions, RightOptions {
  expires?: string;
  limit?: string[];
  description?: string;
  static?: boolean;
}

const DEFAULT_LIFETIME = '90d';
const MAX_DESCRIPTION = 200;

/** What a key of the configuration takes. */
const OF_STATIC: ReadonlySet<string> = new Set(['config', 'json', 'logLevel', 'static']);

/** `bailiwick keys create`: a key that counts at once, at every gateway that shares the state. It is shown once. */
export const addCreate: AddCommand = (keys, terminal) => {
  const create = createCommand('create', 'Make a key that counts at once, and show it this once', [
    'keys create agent',
    'keys create agent --scopes tickets:read --expires 2027-01-31',
    'keys create ci --scopes tickets:read --team build --limit calls=1000/day --limit rate=10/minute',
    'keys create agent --static        # for identity.keys: nothing is stored',
  ])
    .argument(
      '<principal>',
      'whom it speaks for: one of identity.principals, or, with --scopes or --groups, one of its own',
    )
    .option(
      '--scopes <scopes>',
      'scopes, separated by commas; of a configured principal, those it is narrowed to',
    )
    .option('--groups <groups>', 'groups, separated by commas, of a principal of its own')
    .option('--team <team>', 'the team of a principal of its own')
    .option('--client <client>', 'the program that a principal of its own uses')
    .option('--claims <json>', 'what else policies may ask of a principal of its own: a JSON object')
    .option(
      '--expires <time>',
      `until when it counts: 90d, 12h, a date (RFC 3339), or never (default: ${DEFAULT_LIFETIME})`,
    )
    .option('--limit <limit>', LIMIT_HELP, addText)
    .option('--description <text>', 'what it is for')
    .option(
      '--static',
      'a key for identity.keys instead: print its hash for the configuration, store nothing',
    )
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .option(...LOG_OPTION)
    .action(async (principal: string, options: CreateOptions) => {
      if (options.static) {
        refuseOptionsOfStored(options);
        await printStaticKey(terminal, principal, options);
        return;
      }
      const limits = toKeyLimits(options.limit ?? []);
      const expiresAt = toExpiry(options.expires ?? DEFAULT_LIFETIME, Date.now());
      const description = toDescription(options.description);
      await withKeys(options, async (room) => {
        const rights = toRights(principal, options, room);
        for (const note of [rights.note, noteIdleScopes(rights.request.scopes, room)]) {
          if (note !== undefined) terminal.err(note);
        }
        const made = await room.desk.create({
          ...rights.request,
          limits,
          ...(expiresAt !== undefined && { expiresAt }),
          ...(description !== undefined && { description }),
        });
        await recordMade(room, made);
        showMade(terminal, made, room, options);
      });
    });
  keys.addCommand(create);
};

/** A key that is not on record is taken back: nobody was shown it. */
export async function recordMade(room: KeyRoom, made: MadeKey): Promise<void> {
  try {
    await room.record('created', made.record);
  } catch (error) {
    await room.desk.discard(made);
    throw error;
  }
}

/** The one time that a key is shown. */
export function showMade(
  terminal: Terminal,
  { key, record }: MadeKey,
  { principals }: KeyRoom,
  { json = false, config }: KeyOptions,
): void {
  const view = toKeyView(record, principals, Date.now());
  if (json) {
    terminal.out(JSON.stringify({ key, ...view }, undefined, 2));
    return;
  }
  terminal.err(
    'The key goes to standard output, this once; its caller sends it as "Authorization: Bearer <key>":',
  );
  terminal.out(key);
  terminal.err(`\n${describeKey(view)}\n\nIt counts from now on, at every gateway that shares this state.`);
  terminal.err(`To end it: bailiwick keys revoke ${record.name}${toConfigOption(config)}`);
}

function addText(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

function refuseOptionsOfStored(options: CreateOptions): void {
  const idle = Object.keys(options).filter((name) => !OF_STATIC.has(name));
  if (idle.length === 0) return;
  throw new BailiwickError(
    'USAGE',
    `--static makes a key for identity.keys, which takes ${idle.map((name) => `--${name}`).join(', ')} from the configuration; leave ${idle.length === 1 ? 'it' : 'them'} out, or leave --static out`,
  );
}

function toDescription(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  if (text.length <= MAX_DESCRIPTION) return text;
  throw new BailiwickError(
    'USAGE',
    `--description: at most ${MAX_DESCRIPTION} characters, not ${text.length}`,
  );
}
