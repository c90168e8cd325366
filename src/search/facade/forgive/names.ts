import type { EntryKind, SeenEntry, Sight } from '../../../catalog/sight.ts';
import { toPlainName } from '../../../text/plain-name.ts';
import { spellingsOf } from './spellings.ts';

/** A mistake in a name that is forgiven. */
export interface NameRule {
  readonly rule: string;
  /** What a model writes, for `helpdesk_get_ticket`. */
  readonly mistakes: readonly string[];
  /** What it may mean, of one kind and of what the caller sees. */
  read(name: string, kind: EntryKind, sight: Sight): readonly SeenEntry[];
}

/** Longest name that is looked at for mistakes; a URI is none. */
const MAX_NAME = 256;

/** Names of a server that clients put in front of every tool, or of the room that they keep tools in. */
const CLIENT_PREFIX =
  /^(?:mcp__.+?__|mcp[_.:/-]bailiwick[_.:/-]+|(?:bailiwick|functions|tools|default_api|mcp)(?:__|[.:/]))(?=.)/i;

/** Any name in front, set off by something that no name of a tool has inside. */
const ANY_PREFIX = /^[^.:/]+(?:[.:/])(?=.)|^.+?__(?=.)/;

/**
 * In the order in which they are tried: the first by which anything fits decides, and where two things fit nothing is guessed. Every one
 * reads what the caller sees alone.
 */
export const NAME_RULES: readonly NameRule[] = [
  {
    rule: 'as it is shown',
    mistakes: [],
    read: (name, kind, sight) => listed(sight.named(kind, name)),
  },
  {
    rule: 'in quotes, or with the brackets or the kind of its line',
    mistakes: [
      ' helpdesk_get_ticket ',
      '`helpdesk_get_ticket`',
      'helpdesk_get_ticket(id, fields?)',
      'tool helpdesk_get_ticket',
    ],
    read: (name, kind, sight) => listed(sight.named(kind, bare(name))),
  },
  {
    rule: 'in another spelling',
    mistakes: [
      'helpdesk.get_ticket',
      'helpdesk/get_ticket',
      'helpdesk:get_ticket',
      'Helpdesk__GetTicket',
      'helpdesk-get-ticket',
    ],
    read: (name, kind, sight) => spellingsOf(sight).whole(kind, plain(name)),
  },
  {
    rule: "with the client's prefix",
    mistakes: [
      'mcp__bailiwick__helpdesk_get_ticket',
      'mcp__my_server__helpdesk_get_ticket',
      'functions.helpdesk_get_ticket',
    ],
    read: (name, kind, sight) => {
      const rest = withoutPrefix(bare(name));
      return rest === undefined ? [] : spellingsOf(sight).whole(kind, plain(rest));
    },
  },
  {
    rule: 'with the name of a server in front of its source',
    mistakes: ['tool-server.helpdesk_get_ticket', 'gateway/helpdesk/get_ticket'],
    read: (name, kind, sight) => {
      const rest = bare(name).replace(ANY_PREFIX, '');
      return spellingsOf(sight).withSource(kind, plain(rest));
    },
  },
  {
    rule: 'without its source',
    mistakes: ['get_ticket', 'getTicket', 'mcp__bailiwick__get_ticket'],
    read: (name, kind, sight) => {
      const rest = bare(name);
      return spellingsOf(sight).own(kind, plain(withoutPrefix(rest) ?? rest));
    },
  },
];

/** What a name means to this caller. */
export type Meaning =
  | { readonly kind: 'one'; readonly entry: SeenEntry; readonly rule: string }
  /** Nothing, or several things of which none is guessed. */
  | { readonly kind: 'unclear'; readonly fitting: readonly SeenEntry[] };

/** Tools come first: what a name means as one it means. */
const KINDS = ['tool', 'prompt', 'resource', 'template'] as const;

export function meaningOf(name: string, sight: Sight): Meaning {
  for (const kind of KINDS) {
    const isUri = kind === 'resource' || kind === 'template';
    const entry = sight.named(kind, name) ?? (isUri ? sight.named(kind, bareUri(name)) : undefined);
    if (entry) return { kind: 'one', entry, rule: 'as it is shown' };
  }
  if (name.length > MAX_NAME) return { kind: 'unclear', fitting: [] };
  for (const kind of ['tool', 'prompt'] as const) {
    for (const { rule, read } of NAME_RULES) {
      const fitting = read(name, kind, sight);
      const [entry, ...others] = fitting;
      if (entry && others.length === 0) return { kind: 'one', entry, rule };
      if (entry) return { kind: 'unclear', fitting };
    }
  }
  return { kind: 'unclear', fitting: [] };
}

/** The name of a built-in tool in whatever spelling, with a client's prefix or without; undefined for any other. */
export function builtInNamed(name: string, names: readonly string[]): string | undefined {
  if (name.length > MAX_NAME) return undefined;
  const rest = bare(name);
  const spelled = [plain(rest), plain(withoutPrefix(rest) ?? rest)];
  return names.find((one) => spelled.includes(toPlainName(one)));
}

/** A URI as it stands in a line of `find_tools`. */
export function bareUri(name: string): string {
  return name.trim().replace(/^(?:resource|template)\s+/, '');
}

function listed(entry: SeenEntry | undefined): readonly SeenEntry[] {
  return entry ? [entry] : [];
}

function withoutPrefix(name: string): string | undefined {
  const rest = name.replace(CLIENT_PREFIX, '');
  return rest === name ? undefined : rest;
}

function bare(name: string): string {
  return name
    .trim()
    .replace(/^(?:tool|prompt)\s+/i, '')
    .replace(/\s*\(.*$/s, '')
    .replace(/^["'`]+|["'`]+$/g, '')
    .trim();
}

function plain(name: string): string {
  return toPlainName(bare(name));
}
